"""The histogram of a search: mentions by time and sentiment, and the normal number for each bar."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, timedelta
from typing import Any, Final

from alerts.messages.hourly_bars import usual_level
from console.search.params import SearchParams
from core.incident import Incident
from core.timestamps import format_utc
from indexer.histogram import HistogramBucket
from templates.charts.geometry import Bar, NamedInterval, Plot, bucket_width, plot

MIN_WIDTH: Final = timedelta(minutes=15)


def bar_width(window: timedelta) -> timedelta:
    """Return the width of a bar in a *window* of this length."""
    return max(bucket_width(window), MIN_WIDTH)


def build_bars(buckets: Sequence[HistogramBucket]) -> list[Bar]:
    """Return *buckets* as bars in UTC, with the normal number by the weeks before."""
    return [
        Bar(
            start=bucket.start.astimezone(UTC),
            end=bucket.end.astimezone(UTC),
            counts=bucket.counts,
            usual=usual_level(bucket.past),
        )
        for bucket in buckets
    ]


def bar_chart(
    bars: Iterable[Bar], params: SearchParams, incidents: Iterable[Incident], *, zone: str
) -> Plot:
    """Return *bars* as a chart: each bar links to its own window, each incident is a band."""
    linked_bars = [
        replace(bar, href=params.url(range="chosen", from_=bar.start, to=bar.end)) for bar in bars
    ]
    return plot(linked_bars, zone=zone, intervals=[_incident_interval(i) for i in incidents])


def bar_rows(bars: Iterable[Bar]) -> list[dict[str, Any]]:
    """Return *bars* for scripts, with start and end in UTC."""
    return [
        {
            "start": format_utc(bar.start),
            "end": format_utc(bar.end),
            **asdict(bar.counts),
            "usual": bar.usual,
        }
        for bar in bars
    ]


def _incident_interval(incident: Incident) -> NamedInterval:
    return NamedInterval(label=incident.name, start=incident.onset, end=incident.resolved)
