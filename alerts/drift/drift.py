"""Drift of the scores of one source by one model. Pure: state and scores in, state out.

The mean polarity of the newest posts is compared with the days before, twice: of the last
``WINDOW_POSTS`` posts, and of the last ``WINDOW_DAYS`` days. The reference moves on with the days.
While an alarm lasts it stands still, so the new level does not become normal at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import log10
from statistics import fmean
from typing import Any, Final

from alerts.drift.shift import ScoreDay, Shift, measure_shift
from core.timestamps import format_utc, parse_utc

WINDOW_POSTS: Final = 1000
WINDOW_DAYS: Final = 7
MIN_WINDOW_POSTS: Final = 300  # of a source with fewer than WINDOW_POSTS in MAX_WINDOW_DAYS
MAX_WINDOW_DAYS: Final = 28
REFERENCE_DAYS: Final = 90
MIN_REFERENCE_DAYS: Final = 14  # with fewer the normal level is unknown
MIN_REFERENCE_POSTS: Final = 1000
SETTLING_DAYS: Final = 3  # of a day, for posts that are crawled or scored late
MAX_ALARM: Final = timedelta(days=28)  # then the new level is normal
MIN_SHIFT: Final = 0.05  # a smaller shift is no alarm, however certain
END_SHARE: Final = 0.5  # an alarm ends when the shift falls below this share of what opens one
# Standard errors that open an alarm, for 50 posts a day and for ten times as many. A busy source
# has more windows a year, so more of them are odd by chance. Chosen by `python -m bench.drift`.
MIN_Z: Final = 2.8
MIN_Z_A_DECADE: Final = 0.5
MAX_Z: Final = 4.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftAlarm:
    """A shift of the scores that goes on."""

    since: datetime  # estimated start, to the day or to the first of the newest posts
    detected: datetime
    mean: float = 0.0  # polarity of the newest posts
    reference: float = 0.0  # expected polarity
    posts: int = 0  # in the window


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftState:
    """The settled days of one source and model, and the alarm."""

    days: tuple[ScoreDay, ...] = ()  # oldest first, at most REFERENCE_DAYS + MAX_WINDOW_DAYS
    learnt_to: datetime = _EPOCH  # end of the last settled day
    alarm: DriftAlarm | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The polarity of one post."""

    at: datetime  # publication
    polarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWindow:
    """The newest posts, by day, with the publication of the first."""

    days: Sequence[ScoreDay]
    since: datetime

    @property
    def posts(self) -> int:
        """The number of posts."""
        return sum(day.count for day in self.days)


def update(state: DriftState, scores: Sequence[Score], now: datetime) -> DriftState:
    """Return the state at *now* after *scores*: all since ``state.learnt_to``, oldest first."""
    alarm, days = state.alarm, [*state.days, *score_days(scores)]
    if alarm is not None and now - alarm.detected > MAX_ALARM:  # the new level is normal
        first = (alarm.since - _EPOCH).days
        alarm, days = None, [day for day in days if day.day >= first]
    alarm = next_alarm(alarm, days, [*_windows(days, scores)], now)
    learnt_to = max(state.learnt_to, _EPOCH + timedelta((now - _EPOCH).days - SETTLING_DAYS))
    limit = (learnt_to - _EPOCH).days
    recent_days = [d for d in days if limit - REFERENCE_DAYS - MAX_WINDOW_DAYS <= d.day < limit]
    return DriftState(days=tuple(recent_days), learnt_to=learnt_to, alarm=alarm)


def next_alarm(
    alarm: DriftAlarm | None,
    days: Sequence[ScoreDay],
    windows: Sequence[ScoreWindow],
    now: datetime,
) -> DriftAlarm | None:
    """Return the alarm at *now*: a new one, the former with new figures, or None.

    *days* are all days up to *now*, oldest first; *windows* are the newest posts among them.
    """
    share = END_SHARE if alarm else 1.0
    for window in windows:
        shift = _shift(days, window, alarm)
        if shift and is_alarming(shift, posts_a_day(days), share):
            base = alarm or DriftAlarm(since=_onset(window, shift), detected=now)
            return replace(base, mean=shift.mean, reference=shift.reference, posts=window.posts)
    return None


def is_alarming(shift: Shift, daily_posts: float, share: float = 1.0) -> bool:
    """Return True if *shift* has *share* of the size and certainty that open an alarm.

    *daily_posts* is the mean number of posts a day.
    """
    decades = log10(max(daily_posts, 1.0) / 50)
    min_z = min(MIN_Z + MIN_Z_A_DECADE * max(decades, 0.0), MAX_Z)
    return abs(shift.z) >= share * min_z and abs(shift.change) >= share * MIN_SHIFT


def posts_a_day(days: Sequence[ScoreDay]) -> float:
    """Return the mean number of posts of a day with posts."""
    return fmean(day.count for day in days)


def days_windows(days: Sequence[ScoreDay]) -> Iterator[ScoreWindow]:
    """Yield the last ``WINDOW_DAYS`` of *days* if they have more than ``WINDOW_POSTS``."""
    for window in _window_of_days(days, None, WINDOW_DAYS):
        if window.posts > WINDOW_POSTS:
            yield window


def score_days(scores: Iterable[Score]) -> list[ScoreDay]:
    """Return the sums of *scores* by UTC day, oldest first."""
    sums: dict[int, tuple[int, float, float]] = {}
    for score in scores:
        day = (score.at - _EPOCH).days
        count, total, squares = sums.get(day, (0, 0.0, 0.0))
        sums[day] = (count + 1, total + score.polarity, squares + score.polarity**2)
    return [ScoreDay(day, *sums[day]) for day in sorted(sums)]


def to_json(state: DriftState) -> dict[str, Any]:
    """Return *state* as JSON, without ``learnt_to``."""
    alarm = state.alarm
    return {
        "days": [[d.day, d.count, round(d.total, 6), round(d.squares, 6)] for d in state.days],
        "alarm": alarm
        and {
            "since": format_utc(alarm.since),
            "detected": format_utc(alarm.detected),
            "mean": round(alarm.mean, 4),
            "reference": round(alarm.reference, 4),
            "posts": alarm.posts,
        },
    }


def from_json(value: Any, learnt_to: datetime) -> DriftState:
    """Return the state of :func:`to_json`."""
    alarm = value["alarm"]
    times = alarm and {name: parse_utc(alarm[name]) for name in ("since", "detected")}
    return DriftState(
        days=tuple(ScoreDay(*row) for row in value["days"]),
        learnt_to=learnt_to,
        alarm=alarm and DriftAlarm(**alarm | times),
    )


def _windows(days: Sequence[ScoreDay], scores: Sequence[Score]) -> Iterator[ScoreWindow]:
    """Yield the newest posts by number, then by days if these are more posts."""
    if len(scores) >= WINDOW_POSTS:
        newest = scores[-WINDOW_POSTS:]
        yield ScoreWindow(days=score_days(newest), since=newest[0].at)
    else:
        yield from _window_of_days(days, WINDOW_POSTS, MAX_WINDOW_DAYS)
    yield from days_windows(days)


def _window_of_days(
    days: Sequence[ScoreDay], posts: int | None, max_days: int
) -> Iterator[ScoreWindow]:
    """Yield the last whole days with at least *posts* together, at most *max_days* of them."""
    newest: list[ScoreDay] = []
    for day in reversed(days):
        if day.day <= days[-1].day - max_days or (posts and sum(d.count for d in newest) >= posts):
            break
        newest.insert(0, day)
    if sum(day.count for day in newest) >= MIN_WINDOW_POSTS:
        yield ScoreWindow(days=newest, since=_EPOCH + timedelta(newest[0].day))


def _onset(window: ScoreWindow, shift: Shift) -> datetime:
    """Return the start of the shift in *window*: it maximizes the likelihood of the days since."""
    sign = 1 if shift.change >= 0 else -1
    total, best, onset = 0.0, 0.0, window.days[0].day
    for day in reversed(window.days):
        total += day.count * (sign * (day.mean - shift.reference) - abs(shift.change) / 2)
        if total > best:
            best, onset = total, day.day
    return max(window.since, _EPOCH + timedelta(onset))


def _shift(days: Sequence[ScoreDay], window: ScoreWindow, alarm: DriftAlarm | None) -> Shift | None:
    """Return the shift of *window*; None: too few days came before it, or before *alarm*."""
    since = min(window.since, alarm.since) if alarm else window.since
    first = min(window.days[0].day, (since - _EPOCH).days)
    reference = [day for day in days if first - REFERENCE_DAYS <= day.day < first]
    if len(reference) < MIN_REFERENCE_DAYS or sum(d.count for d in reference) < MIN_REFERENCE_POSTS:
        return None
    return measure_shift(reference, window.days)
