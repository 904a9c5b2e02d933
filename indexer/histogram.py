"""Buckets of a histogram: days of a zone, or fixed steps; independent of an engine's calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.mention import Sentiment
from core.observation import SentimentCounts

MAX_BUCKETS: Final = 2_000  # five years of days, or twelve weeks of hours; a chart shows no more

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBucket:
    """The number of mentions published in [start, end)."""

    start: datetime  # in the requested zone
    end: datetime  # likewise
    counts: SentimentCounts
    # Totals at the same wall-clock time in earlier weeks, the latest first. Weeks before the first
    # mention of the index are left out: no source was crawled then, so 0 is no history.
    past: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """All mentions of the bucket."""
        return self.counts.total


def bucket_edges(
    since: datetime, until: datetime, step: timedelta, zone: ZoneInfo
) -> list[datetime]:
    """Return the edges of the buckets that cover [since, until), ascending, in *zone*.

    A step of whole days goes from midnight to midnight of the zone, 23 or 25 hours apart when
    clocks change; a shorter step is a fixed time, counted from the first midnight.

    Raises:
        ValueError: the step is no whole number of seconds or days, or gives more than MAX_BUCKETS.
    """
    _check_step(since, until, step)
    midnight = datetime.combine(since.astimezone(zone).date(), time(), zone)
    is_days = step >= DAY
    edges = [midnight if is_days else _floor_to_step(since, midnight.astimezone(UTC), step)]
    until = until.astimezone(UTC)
    while edges[-1] < until or len(edges) == 1:
        # Aware datetimes of one zone add wall-clock time; in UTC they add real time.
        next_edge = edges[-1] + step if is_days else edges[-1].astimezone(UTC) + step
        edges.append(next_edge)
    return [edge.astimezone(zone) for edge in edges]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramWindow:
    """A window [since, until) whose mentions are counted between neighbours of ``edges``."""

    since: datetime
    until: datetime
    edges: tuple[datetime, ...]  # ascending
    age: timedelta = timedelta()  # before the window of the request: whole weeks

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Start and end of each bucket in seconds since 1970."""
        return list(pairwise(map(epoch_seconds, self.edges)))


def histogram_windows(
    since: datetime, until: datetime, step: timedelta, zone: ZoneInfo, *, past_weeks: int = 0
) -> list[HistogramWindow]:
    """Return the window [since, until) and the same wall-clock time in each earlier week.

    Raises:
        ValueError: as :func:`bucket_edges`.
    """
    local_since, local_until = since.astimezone(zone), until.astimezone(zone)
    ages = [timedelta(weeks=n) for n in range(past_weeks + 1)]
    windows = [
        ((local_since - age).astimezone(UTC), (local_until - age).astimezone(UTC), age)
        for age in ages
    ]
    return [
        HistogramWindow(
            since=start, until=end, edges=tuple(bucket_edges(start, end, step, zone)), age=age
        )
        for start, end, age in windows
    ]


def build_buckets(
    windows: Sequence[HistogramWindow],
    counts: Sequence[Mapping[int, SentimentCounts]],
    history_start: datetime,
) -> tuple[HistogramBucket, ...]:
    """Return the buckets of the first of *windows*, with the totals of the others as their past.

    Args:
        windows: as :func:`histogram_windows` returns them.
        counts: of each window, by the start of a bucket in seconds; empty ones may be missing.
        history_start: the start of the history; earlier buckets are no past.
    """
    past = [
        _totals_by_wall_clock(window, window_counts, history_start)
        for window, window_counts in zip(windows[1:], counts[1:], strict=True)
        if window.until > history_start
    ]
    return tuple(
        HistogramBucket(
            start=start,
            end=end,
            counts=counts[0].get(epoch_seconds(start), _NO_MENTIONS),
            past=tuple(totals[clock] for totals in past if (clock := _wall_clock(start)) in totals),
        )
        for start, end in pairwise(windows[0].edges)
    )


def first_midnight(first_second: int | None, until: datetime, zone: ZoneInfo) -> datetime:
    """Return the midnight before the first mention, UTC; without one a day before *until*."""
    if first_second is None:
        return until - DAY
    day = datetime.fromtimestamp(first_second, zone).date()
    return datetime.combine(day, time(), zone).astimezone(UTC)


def counts_by_second(buckets: Iterable[Mapping[str, Any]]) -> dict[int, SentimentCounts]:
    """Return the counts of *buckets* by their start, seconds since 1970.

    Args:
        buckets: the result of a ``range`` aggregation by epoch seconds, in which a ``terms``
            aggregation by sentiment is named "labels"; in any order, with or without empty ones.
    """
    return {int(bucket["from"]): _sentiment_counts(bucket) for bucket in buckets}


def epoch_seconds(at: datetime) -> int:
    """Return the seconds since 1970, rounded down."""
    return int(at.timestamp() // 1)


_NO_MENTIONS: Final = SentimentCounts(negative=0, neutral=0, positive=0, unscored=0)


def _sentiment_counts(bucket: Mapping[str, Any]) -> SentimentCounts:
    labels = {label["key"]: label["doc_count"] for label in bucket["labels"]["buckets"]}
    negative, neutral, positive = (labels.get(label, 0) for label in Sentiment)
    return SentimentCounts(
        negative=negative,
        neutral=neutral,
        positive=positive,
        unscored=bucket["doc_count"] - negative - neutral - positive,
    )


def _totals_by_wall_clock(
    window: HistogramWindow, counts: Mapping[int, SentimentCounts], history_start: datetime
) -> Mapping[datetime, int]:
    """Return the totals of *window* by the wall clock of the bucket to compare with."""
    return {
        _wall_clock(start) + window.age: counts.get(epoch_seconds(start), _NO_MENTIONS).total
        for start in window.edges[:-1]
        if start >= history_start
    }


def _wall_clock(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _floor_to_step(since: datetime, midnight: datetime, step: timedelta) -> datetime:
    return midnight + (since - midnight) // step * step


def _check_step(since: datetime, until: datetime, step: timedelta) -> None:
    if step < timedelta(seconds=1) or (step % DAY if step >= DAY else step % timedelta(seconds=1)):
        raise ValueError(f"a step of {step} should be whole days, or whole seconds below a day")
    if (until - since) / step > MAX_BUCKETS:
        raise ValueError(f"a step of {step} gives more than {MAX_BUCKETS:,} bars: use a longer one")
