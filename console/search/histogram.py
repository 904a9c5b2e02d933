"""The bars over a search: mentions by time and sentiment, and how many are usual for each bar."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from alerts.messages.hourly_bars import WEEKS, usual_level
from console.search.params import LONGEST, SearchState
from core.incident import Incident
from core.timestamps import iso
from indexer import histogram as counted
from indexer.index import Filters, MentionIndex
from indexer.query import Everything, Query
from templates.charts.geometry import Bar, Plot, Span, bucket_width, plot

FINEST: Final = timedelta(minutes=15)
_YEAR: Final = timedelta(days=364)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Bars over [start, end), oldest first."""

    bars: tuple[Bar, ...]
    width: timedelta
    zone: str

    def plot(self, state: SearchState, incidents: Iterable[Incident]) -> Plot:
        """The bars as a chart: each leads to its own window, each incident is a band."""
        linked = [
            replace(b, href=state.url(range="chosen", from_=b.start, to=b.end)) for b in self.bars
        ]
        return plot(linked, zone=self.zone, spans=[_span(i) for i in incidents])

    def rows(self) -> list[dict[str, Any]]:
        """The bars for scripts."""
        return [
            {"start": iso(b.start), "end": iso(b.end), **asdict(b.counts), "usual": b.usual}
            for b in self.bars
        ]


def histogram(index: MentionIndex, query: Query, filters: Filters, *, zone: str) -> Histogram:
    """The bars of *query* under *filters*, whose window is closed on both sides."""
    assert filters.since is not None
    assert filters.until is not None
    width = max(bucket_width(filters.until - filters.since), FINEST)
    clock = ZoneInfo(zone)
    found = index.histogram(query, filters, step=width, zone=clock)
    past = list(_past(index, query, filters, width, clock))
    edges = counted.edges(filters.since, filters.until, width, clock)
    bars = tuple(
        _bar(bar, start, end, past)
        for bar, (start, end) in zip(found, pairwise(edges), strict=True)
    )
    return Histogram(bars=bars, width=width, zone=zone)


def first_mention(index: MentionIndex, until: datetime, zone: str) -> datetime:
    """The midnight before the first mention in the index, at most LONGEST before *until*."""
    earliest = until - LONGEST
    within = Filters(since=earliest, until=until)
    years = index.histogram(Everything(), within, step=_YEAR, zone=ZoneInfo(zone))
    first = next((bar.start for bar in years if bar.total), None)
    if first is None:
        return until - timedelta(days=1)
    year = Filters(since=max(first, earliest), until=min(first + _YEAR, until))
    days = index.histogram(Everything(), year, step=counted.DAY, zone=ZoneInfo(zone))
    return next(bar.start for bar in days if bar.total).astimezone(UTC)


def _past(
    index: MentionIndex, query: Query, filters: Filters, width: timedelta, clock: ZoneInfo
) -> Iterator[Mapping[datetime, int]]:
    """Of each of the weeks before: mentions by the wall clock of the bar to compare with.

    What lies before the first mention of all is no history: a zero there would be nobody listening.
    """
    assert filters.since is not None
    assert filters.until is not None
    begun = first_mention(index, filters.until, clock.key)
    since, until = filters.since.astimezone(clock), filters.until.astimezone(clock)
    for week in (timedelta(weeks=n) for n in range(1, WEEKS + 1)):
        if until - week > begun:
            start, end = (since - week).astimezone(UTC), (until - week).astimezone(UTC)
            then = replace(filters, since=start, until=end)
            bars = index.histogram(query, then, step=width, zone=clock)
            yield {b.start.replace(tzinfo=None) + week: b.total for b in bars if b.start >= begun}


def _bar(
    bar: counted.HistogramBucket,
    start: datetime,
    end: datetime,
    past: Sequence[Mapping[datetime, int]],
) -> Bar:
    wall = start.replace(tzinfo=None)
    like = [totals[wall] for totals in past if wall in totals]
    return Bar(
        start=start.astimezone(UTC),
        end=end.astimezone(UTC),
        counts=bar.counts,
        usual=usual_level(like),
    )


def _span(incident: Incident) -> Span:
    return Span(label=incident.name, start=incident.onset, end=incident.resolved)
