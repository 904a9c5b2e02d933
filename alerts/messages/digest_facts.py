"""Facts about one local day of one watch, collected from the database for its digest."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerts.messages.brief_facts import duplicate_counts
from alerts.messages.completeness import Completeness
from alerts.messages.day_summary import DayCounts, TopicDay, UsualCounts
from alerts.messages.digest import DigestFacts
from alerts.messages.digest_days import DayWindow, local_day
from alerts.messages.hourly_bars import HOUR, count_hourly, with_usual_levels
from alerts.shares.watch_shares import error_matrix, watch_share
from core.incident import Incident, IncidentKind
from core.mention import Sentiment
from core.observation import Observation, customers
from core.role import Role
from core.watch import Topic, Watch
from store import mentions
from store.alerts import baselines, incidents
from store.alerts import observations as observation_rows
from store.alerts.people import Subscription

HISTORY_DAYS: Final = 28  # days before; those of the same kind (weekday, weekend) are compared
MIN_LIKE_DAYS: Final = 3  # days of the same kind: with fewer there is no usual level
FIRST_WEEKEND_DAY: Final = 5  # of date.weekday(): 5 and 6 are the weekend
MAX_CANDIDATES: Final = 300  # candidates for quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyObservations:
    """The mentions of one watch by local day."""

    days: Mapping[date, Sequence[Observation]]

    def counts(self, day: date, topic: str | None = None) -> DayCounts:
        """Return the counts of *day*, with the mean of the days of the same kind before it.

        *topic*: of one topic only; None: of the whole watch.
        """
        earlier_days = [day - timedelta(n) for n in range(1, HISTORY_DAYS + 1)]
        first = min(self.days, default=day)
        like_days = [d for d in earlier_days if d > first and _is_weekend(d) == _is_weekend(day)]
        past = [_count(self._select(d, topic)) for d in like_days]
        usual = _mean(past) if len(past) >= MIN_LIKE_DAYS else None
        return _count(self._select(day, topic), usual)

    def role_counts(self, day: date) -> Mapping[Role, int]:
        """Return the mentions of *day* by role."""
        return Counter(o.role for o in self.days.get(day, ()))

    def _select(self, day: date, topic: str | None) -> list[Observation]:
        observations = self.days.get(day, ())
        return [o for o in observations if topic is None or topic in o.topics]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestJob:
    """One digest to be composed."""

    subscription: Subscription
    watch: Watch
    rivals: tuple[Watch, ...]  # the other watches
    topics: tuple[Topic, ...]
    day: date  # in the reader's zone


def collect_day_facts(tx: Connection, job: DigestJob, completeness: Completeness) -> DigestFacts:
    """Return the content of the digest *job*, with *completeness* of its window."""
    subscription, watch, day = job.subscription, job.watch, job.day
    window = local_day(day, subscription.zone)
    daily = _daily_observations(tx, watch, window, subscription.zone)
    observations = daily.days.get(day, ())
    candidates = mentions.get(tx, [o.id for o in customers(observations)][-MAX_CANDIDATES:])
    start = window.end - 48 * HOUR
    chart_observations = observation_rows.observations(
        tx, watch.slug, since=start, until=window.end
    )
    return DigestFacts(
        watch=watch,
        subscription=subscription.slug,
        send_time=time.fromisoformat(subscription.at),
        window=window,
        counts=daily.counts(day),
        topics=tuple(
            TopicDay(id=t.id, name=t.name, counts=daily.counts(day, t.id)) for t in job.topics
        ),
        rivals=tuple(
            TopicDay(
                id=r.slug,
                name=r.name,
                counts=_daily_observations(tx, r, window, subscription.zone).counts(day),
            )
            for r in job.rivals
        ),
        bars=with_usual_levels(
            tx, count_hourly(customers(chart_observations), start, window.end), watch
        ),
        incidents=tuple(
            incidents.overlapping(tx, since=window.start, until=window.end, watch=watch.slug)
        ),
        later_incidents=tuple(_opened_since(tx, watch, window)),
        news_waves=tuple(
            incidents.detected_within(
                tx, IncidentKind.NEWS, watch.slug, since=window.start, until=window.end
            )
        ),
        role_counts=daily.role_counts(day),
        mentions=tuple(candidates),
        duplicate_counts=duplicate_counts(candidates),
        completeness=replace(
            completeness, has_baseline=baselines.baseline(tx, watch.slug) is not None
        ),
        share=watch_share(
            tx,
            watch,
            error_matrix(tx, now=window.end),
            since=window.start,
            until=window.end,
        ),
    )


def _opened_since(tx: Connection, watch: Watch, window: DayWindow) -> Iterator[Incident]:
    """Yield open incidents younger than *window*: today's crisis matters more than yesterday."""
    for incident in incidents.unresolved(tx):
        if incident.watch == watch.slug and incident.onset >= window.end:
            yield incident


def _daily_observations(
    tx: Connection, watch: Watch, window: DayWindow, zone: str
) -> DailyObservations:
    since = window.start - timedelta(HISTORY_DAYS + 1)
    days: dict[date, list[Observation]] = {}
    for o in observation_rows.observations(tx, watch.slug, since=since, until=window.end):
        days.setdefault(_local_date(o.at, zone), []).append(o)
    return DailyObservations(days=days)


def _count(observations: Sequence[Observation], usual: UsualCounts | None = None) -> DayCounts:
    people = customers(observations)
    customer_ids = {o.voice or o.id for o in people}
    voices = {(o.voice or o.id, o.sentiment) for o in people}
    by_sentiment = Counter(sentiment for _, sentiment in voices)
    return DayCounts(
        mentions=len(people),
        voices=len(customer_ids),
        negative=by_sentiment[Sentiment.NEGATIVE],
        neutral=by_sentiment[Sentiment.NEUTRAL],
        positive=by_sentiment[Sentiment.POSITIVE],
        unscored=by_sentiment[None],
        other_voices=len({o.voice or o.id for o in observations} - customer_ids),
        usual=usual,
    )


def _mean(past: Sequence[DayCounts]) -> UsualCounts:
    names = ("mentions", "voices", "negative", "neutral", "positive", "other_voices")
    return UsualCounts(**{name: fmean(getattr(c, name) for c in past) for name in names})


def _is_weekend(day: date) -> bool:
    return day.weekday() >= FIRST_WEEKEND_DAY


def _local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
