"""The histogram of a search: mentions by time and sentiment, and the normal number for each bar."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from alerts.messages.hourly_bars import BASELINE_WEEKS, usual_level
from console.search.params import MAX_WINDOW, SearchParams
from core.incident import Incident
from core.timestamps import format_utc
from indexer.histogram import DAY, HistogramBucket, bucket_edges
from indexer.index import Filters, MentionIndex
from indexer.query import Everything, Query
from templates.charts.geometry import Bar, NamedInterval, Plot, bucket_width, plot

MIN_WIDTH: Final = timedelta(minutes=15)
_YEAR: Final = timedelta(days=364)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Bars over a closed window, oldest first, each of them [start, end)."""

    bars: tuple[Bar, ...]
    width: timedelta
    zone: str

    def plot(self, params: SearchParams, incidents: Iterable[Incident]) -> Plot:
        """Return the bars as a chart: each bar links to its own window, each incident is a band."""
        chart_bars = [
            replace(b, href=params.url(range="chosen", from_=b.start, to=b.end)) for b in self.bars
        ]
        return plot(
            chart_bars, zone=self.zone, intervals=[_incident_interval(i) for i in incidents]
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the bars for scripts, with start and end in UTC."""
        return [
            {
                "start": format_utc(b.start),
                "end": format_utc(b.end),
                **asdict(b.counts),
                "usual": b.usual,
            }
            for b in self.bars
        ]


def build_histogram(index: MentionIndex, query: Query, filters: Filters, *, zone: str) -> Histogram:
    """Return the bars of *query* under *filters*, which must have both since and until."""
    assert filters.since is not None
    assert filters.until is not None
    width = max(bucket_width(filters.until - filters.since), MIN_WIDTH)
    tz = ZoneInfo(zone)
    buckets = index.histogram(query, filters, step=width, zone=tz)
    past = list(_past_weeks(index, query, filters, width, tz))
    edges = bucket_edges(filters.since, filters.until, width, tz)
    bars = tuple(
        _bar(bar, start, end, past)
        for bar, (start, end) in zip(buckets, pairwise(edges), strict=True)
    )
    return Histogram(bars=bars, width=width, zone=zone)


def first_mention(index: MentionIndex, until: datetime, zone: str) -> datetime:
    """Return the midnight before the first mention, at most MAX_WINDOW before *until*."""
    earliest = until - MAX_WINDOW
    within = Filters(since=earliest, until=until)
    years = index.histogram(Everything(), within, step=_YEAR, zone=ZoneInfo(zone))
    first = next((bar.start for bar in years if bar.total), None)
    if first is None:
        return until - timedelta(days=1)
    year = Filters(since=max(first, earliest), until=min(first + _YEAR, until))
    days = index.histogram(Everything(), year, step=DAY, zone=ZoneInfo(zone))
    return next(bar.start for bar in days if bar.total).astimezone(UTC)


def _past_weeks(
    index: MentionIndex, query: Query, filters: Filters, width: timedelta, tz: ZoneInfo
) -> Iterator[Mapping[datetime, int]]:
    """Yield the counts of each earlier week, keyed by the wall clock of the bar to compare with.

    Bars before the first mention are left out: no source was crawled then, so 0 is no history.
    """
    assert filters.since is not None
    assert filters.until is not None
    history_start = first_mention(index, filters.until, tz.key)
    since, until = filters.since.astimezone(tz), filters.until.astimezone(tz)
    for week in (timedelta(weeks=n) for n in range(1, BASELINE_WEEKS + 1)):
        if until - week > history_start:
            start, end = (since - week).astimezone(UTC), (until - week).astimezone(UTC)
            week_filters = replace(filters, since=start, until=end)
            bars = index.histogram(query, week_filters, step=width, zone=tz)
            yield {
                b.start.replace(tzinfo=None) + week: b.total
                for b in bars
                if b.start >= history_start
            }


def _bar(
    bar: HistogramBucket,
    start: datetime,
    end: datetime,
    past: Sequence[Mapping[datetime, int]],
) -> Bar:
    wall_clock = start.replace(tzinfo=None)
    past_totals = [totals[wall_clock] for totals in past if wall_clock in totals]
    return Bar(
        start=start.astimezone(UTC),
        end=end.astimezone(UTC),
        counts=bar.counts,
        usual=usual_level(past_totals),
    )


def _incident_interval(incident: Incident) -> NamedInterval:
    return NamedInterval(label=incident.name, start=incident.onset, end=incident.resolved)
