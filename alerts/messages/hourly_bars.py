"""Bars of a chart: mentions by hour and sentiment, with the usual number for each hour."""

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
from core.timestamps import floor_to
from core.watch import Watch
from store.alerts import baselines
from store.alerts import observations as observation_rows
from templates.charts.geometry import Bar

HOUR: Final = timedelta(hours=1)
BASELINE_WEEKS: Final = 4  # weeks before a bar; their same hours give the usual level
MIN_WEEKS: Final = 2  # of these weeks: with fewer there is no usual level


def count_hourly(observations: Iterable[Observation], start: datetime, end: datetime) -> list[Bar]:
    """Return the mentions by hour and sentiment over [start, end)."""
    counts = Counter((floor_to(o.at, HOUR), o.sentiment) for o in observations)
    hours = int((end - start) / HOUR)
    return [_bar(counts, start + k * HOUR) for k in range(hours)]


def with_usual_levels(
    tx: Connection, bars: Sequence[Bar], watch: Watch, topic: str | None = None
) -> tuple[Bar, ...]:
    """Return hourly *bars* (oldest first) of *watch*, or of its *topic*, with their usual levels.

    A usual level is the mean of the same local hour in the four weeks before. Hours before the
    start of the watch's baseline are excluded: they were not crawled, so a zero means unknown.
    """
    history_start, zone = _history_start(tx, watch.slug), ZoneInfo(watch.zone)
    if history_start is None:
        return tuple(bars)
    past: list[list[int]] = [[] for _ in bars]
    for week in range(1, BASELINE_WEEKS + 1):
        starts = [_weeks_before(bar.start, week, zone) for bar in bars]
        since, until = max(starts[0], history_start), starts[-1] + HOUR
        counts = observation_rows.hourly_counts(
            tx, watch.slug, topic=topic, since=since, until=until
        )
        for week_counts, at in zip(past, starts, strict=True):
            if at >= history_start:
                week_counts.append(counts.get(at, 0))
    return tuple(
        replace(bar, usual=usual_level(week_counts))
        for bar, week_counts in zip(bars, past, strict=True)
    )


def usual_level(past: Sequence[int]) -> float | None:
    """Return the mean of *past*, one count a week of the same bar; None: too few weeks."""
    return fmean(past) if len(past) >= MIN_WEEKS else None


def _history_start(tx: Connection, watch: str) -> datetime | None:
    """Return the start of the baseline of *watch*; None: it has no baseline."""
    baseline = baselines.baseline(tx, watch)
    return from_json(str(baseline[1]["standing"])).baseline.begun if baseline else None


def _weeks_before(at: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """Return the hour with the same local time as *at*, so many *weeks* before."""
    return floor_to((at.astimezone(zone) - timedelta(weeks=weeks)).astimezone(UTC), HOUR)


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
