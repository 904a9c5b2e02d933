"""The bars of a chart: mentions by hour and sentiment, and how many are usual for each hour."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerts.detection.detector_state import from_json
from core.mention import Sentiment
from core.observation import Observation, SentimentCounts
from core.timestamps import floor
from core.watch import Watch
from store.alerts import observations as record
from templates.charts.geometry import Bar

HOUR: Final = timedelta(hours=1)
WEEKS: Final = 4  # before a bar, whose same bars are the usual level
ENOUGH: Final = 2  # of these weeks: with fewer there is no usual level


def hourly(said: Iterable[Observation], start: datetime, end: datetime) -> list[Bar]:
    """Mentions by hour and sentiment over [start, end)."""
    counts = Counter((floor(u.at, HOUR), u.sentiment) for u in said)
    hours = int((end - start) / HOUR)
    return [_bar(counts, start + k * HOUR) for k in range(hours)]


def with_usual(
    tx: Connection, bars: Sequence[Bar], watch: Watch, topic: str | None = None
) -> tuple[Bar, ...]:
    """Hourly *bars* (oldest first) of *watch*, or of its *topic*, each with its usual level.

    That is the mean of the same hour on the watch's clock in the four weeks before. A time before
    the watch's baseline began is no history: a zero there would be nobody listening.
    """
    begun, clock = _begun(tx, watch.slug), ZoneInfo(watch.zone)
    if begun is None:
        return tuple(bars)
    past: list[list[int]] = [[] for _ in bars]
    for week in range(1, WEEKS + 1):
        then = [_weeks_before(bar.start, week, clock) for bar in bars]
        since, until = max(then[0], begun), then[-1] + HOUR
        counts = record.hourly(tx, watch.slug, topic=topic, since=since, until=until)
        for heard, at in zip(past, then, strict=True):
            if at >= begun:
                heard.append(counts.get(at, 0))
    return tuple(
        replace(bar, usual=usual_level(heard)) for bar, heard in zip(bars, past, strict=True)
    )


def usual_level(past: Sequence[int]) -> float | None:
    """What is usual after the *past* of the same bar, a count for each week that has one."""
    return fmean(past) if len(past) >= ENOUGH else None


def _begun(tx: Connection, watch: str) -> datetime | None:
    """Since when *watch* has a history; None: nothing was learnt of it yet."""
    known = record.baseline(tx, watch)
    return from_json(str(known[1]["standing"])).baseline.begun if known else None


def _weeks_before(at: datetime, weeks: int, clock: ZoneInfo) -> datetime:
    """The hour that the clocks showed then as they show at *at*."""
    return floor((at.astimezone(clock) - timedelta(weeks=weeks)).astimezone(UTC), HOUR)


def _bar(counts: Counter[tuple[datetime, Sentiment | None]], start: datetime) -> Bar:
    return Bar(
        start=start,
        end=start + HOUR,
        counts=SentimentCounts(
            negative=counts[start, Sentiment.NEGATIVE],
            neutral=counts[start, Sentiment.NEUTRAL],
            positive=counts[start, Sentiment.POSITIVE],
            unscored=counts[start, None],
        ),
    )
