"""What the record knows of one local day of one watch, gathered for its digest."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerts.messages.brief_facts import copies
from alerts.messages.completeness import Completeness
from alerts.messages.day_summary import DayCounts, TopicDay, Usual
from alerts.messages.digest import Day
from alerts.messages.digest_days import Window, local_day
from alerts.messages.hourly_bars import HOUR, hourly, with_usual
from core.incident import Incident
from core.mention import Sentiment
from core.observation import Observation
from core.watch import Topic, Watch
from store import mentions
from store.alerts import incidents
from store.alerts import observations as record
from store.alerts.people import Subscription

HISTORY: Final = 28  # days before, of which those of the same kind are the usual
ENOUGH: Final = 3  # like days: with fewer there is no usual
WEEKEND: Final = 5  # date.weekday() from here on
MOST: Final = 300  # candidates to be quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The mentions of one watch by local day."""

    days: Mapping[date, Sequence[Observation]]

    def counts(self, day: date, topic: str | None = None) -> DayCounts:
        """What *day* brought, beside the mean of the like days before it."""
        before = [day - timedelta(n) for n in range(1, HISTORY + 1)]
        first = min(self.days, default=day)
        like = [d for d in before if d > first and _is_weekend(d) == _is_weekend(day)]
        past = [_count(self._said(d, topic)) for d in like]
        usual = _mean(past) if len(past) >= ENOUGH else None
        return _count(self._said(day, topic), usual)

    def _said(self, day: date, topic: str | None) -> list[Observation]:
        said = self.days.get(day, ())
        return [u for u in said if topic is None or topic in u.topics]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One digest to be written."""

    subscription: Subscription
    watch: Watch
    rivals: tuple[Watch, ...]  # the other watches
    topics: tuple[Topic, ...]
    day: date  # on the reader's calendar


def gather_day(tx: Connection, edition: Edition, completeness: Completeness) -> Day:
    """Everything *edition* tells."""
    subscription, watch, day = edition.subscription, edition.watch, edition.day
    window = local_day(day, subscription.zone)
    shelf = _shelf(tx, watch, window, subscription.zone)
    said = shelf.days.get(day, ())
    quoted = mentions.get(tx, [u.id for u in said][-MOST:])
    start = window.end - 48 * HOUR
    two_days = record.about(tx, watch.slug, since=start, until=window.end)
    return Day(
        watch=watch,
        subscription=subscription.slug,
        at=time.fromisoformat(subscription.at),
        window=window,
        counts=shelf.counts(day),
        topics=tuple(
            TopicDay(id=t.id, name=t.name, counts=shelf.counts(day, t.id)) for t in edition.topics
        ),
        rivals=tuple(
            TopicDay(
                id=r.slug,
                name=r.name,
                counts=_shelf(tx, r, window, subscription.zone).counts(day),
            )
            for r in edition.rivals
        ),
        bars=with_usual(tx, hourly(two_days, start, window.end), watch),
        incidents=tuple(
            incidents.within(tx, since=window.start, until=window.end, watch=watch.slug)
        ),
        later=tuple(_opened_since(tx, watch, window)),
        mentions=tuple(quoted),
        copies=copies(quoted),
        completeness=replace(completeness, learnt=record.baseline(tx, watch.slug) is not None),
    )


def _opened_since(tx: Connection, watch: Watch, window: Window) -> Iterator[Incident]:
    """Yesterday's calm is no comfort to somebody who reads of it during today's crisis."""
    for incident in incidents.unresolved(tx):
        if incident.watch == watch.slug and incident.onset >= window.end:
            yield incident


def _shelf(tx: Connection, watch: Watch, window: Window, zone: str) -> Shelf:
    since = window.start - timedelta(HISTORY + 1)
    days: dict[date, list[Observation]] = {}
    for u in record.about(tx, watch.slug, since=since, until=window.end):
        days.setdefault(_local(u.at, zone), []).append(u)
    return Shelf(days=days)


def _count(said: Sequence[Observation], usual: Usual | None = None) -> DayCounts:
    voices = {(u.voice or u.id, u.sentiment) for u in said}
    by_sentiment = Counter(sentiment for _, sentiment in voices)
    return DayCounts(
        mentions=len(said),
        voices=len({u.voice or u.id for u in said}),
        negative=by_sentiment[Sentiment.NEGATIVE],
        neutral=by_sentiment[Sentiment.NEUTRAL],
        positive=by_sentiment[Sentiment.POSITIVE],
        unscored=by_sentiment[None],
        usual=usual,
    )


def _mean(past: Sequence[DayCounts]) -> Usual:
    names = ("mentions", "voices", "negative", "neutral", "positive")
    return Usual(**{name: fmean(getattr(c, name) for c in past) for name in names})


def _is_weekend(day: date) -> bool:
    return day.weekday() >= WEEKEND


def _local(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
