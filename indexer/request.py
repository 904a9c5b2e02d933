"""One request to an index: a query with its filters, and the parts that the response contains."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from indexer.facets import FacetCounts
from indexer.histogram import (
    HistogramBucket,
    HistogramWindow,
    first_midnight,
    histogram_windows,
)
from indexer.query import Field, Query
from indexer.query.fields import FIELDS
from indexer.query.nodes import all_of, any_of
from indexer.results import (
    MAX_HITS,
    Hit,
    PageToken,
    SearchResponse,
    Sort,
    effective_sort,
    paginate,
    parse_page_token,
    parse_rank,
)

# The longest time before the end of a window in which its first mention is looked for.
MAX_HISTORY: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The conditions of a search beside its query."""

    since: datetime | None = None  # published at or after; None, UNDATED: undated ones, too
    until: datetime | None = None  # published before
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)  # field -> one of these

    def narrow(self, query: Query) -> Query:
        """Return *query* with the conditions on fields; an engine applies the times itself."""
        field_conditions = [
            any_of(Field(name, value) for value in values)
            for name, values in self.fields.items()
            if values
        ]
        return all_of([query, *field_conditions])

    def without(self, name: str) -> "Filters":
        """Return the filters without the conditions on the field *name*."""
        return replace(self, fields={n: v for n, v in self.fields.items() if n != name})


NO_FILTERS: Final = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramRequest:
    """The request for counts over time, within the window of the filters.

    ``starts_at_first_mention`` cuts the part of the window before the first mention of the index:
    it starts at the midnight before. An empty index has a window of a day.
    """

    width: Callable[[timedelta], timedelta]  # of a bucket in a window of this length
    zone: ZoneInfo
    past_weeks: int = 0  # weeks before the window that are counted beside it
    starts_at_first_mention: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """All that one page needs of an index; an engine answers it in as few steps as it can.

    Raises:
        QueryError: the page token is invalid.
        ValueError: the size is not 1 to MAX_HITS, a facet is no field of the query language, or a
            histogram has no closed window.
    """

    query: Query
    filters: Filters = NO_FILTERS
    sort: Sort = Sort.NEWEST
    size: int = 20  # hits on a page
    page_token: str | None = None  # of the response before; None: the first page
    group_by_family: bool = False  # one hit for each group of near-duplicates
    facets: tuple[str, ...] = ()  # fields, each counted without its own filter
    facet_size: int = 10  # values of a facet beside the selected ones
    histogram: HistogramRequest | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.size <= MAX_HITS:
            raise ValueError(f"a page of {self.size} hits: it must be 1 to {MAX_HITS:,}")
        if unknown_names := [name for name in self.facets if name not in FIELDS]:
            raise ValueError(f"no field {unknown_names[0]!r} to list: {', '.join(FIELDS)}")
        if self.histogram and (self.filters.since is None or self.filters.until is None):
            raise ValueError("a histogram needs filters with since and until")
        self._check_page_token()

    def _check_page_token(self) -> None:
        """Raise QueryError if the page token is invalid; its form depends on the order."""
        if self.page_token is not None:
            (parse_rank if self.is_ranked else parse_page_token)(self.page_token)

    def build_response(
        self,
        rows: Sequence[Hit],
        *,
        total: int,
        groups: int | None,
        facets: Mapping[str, FacetCounts],
        histogram: tuple[HistogramBucket, ...],
    ) -> SearchResponse:
        """Return the response whose page has the first of *rows*.

        Args:
            rows: the hits of the page, and one more if there is a next page.
            total: as in SearchResponse, and so the others.
            groups: None unless groups are requested and were counted.
            facets: by field.
            histogram: () if none is requested.
        """
        hits, next_page_token = paginate(rows, self.size, self.first_rank)
        return SearchResponse(
            total=total,
            groups=groups,
            hits=hits,
            facets=facets,
            histogram=histogram,
            next_page_token=next_page_token,
        )

    def history_filters(self) -> Filters:
        """Return the filters for the mentions among which the history of the histogram starts."""
        until = self._closed_window()[1]
        return Filters(since=until - MAX_HISTORY, until=until)

    def history_start(self, first_second: int | None) -> datetime:
        """Return the midnight at which the history starts, UTC.

        Args:
            first_second: the first publication under :meth:`history_filters`; None: there is none.
        """
        assert self.histogram is not None
        return first_midnight(first_second, self._closed_window()[1], self.histogram.zone)

    def windows(self, history_start: datetime | None) -> list[HistogramWindow]:
        """Return the window of the histogram and those of the weeks before it.

        Args:
            history_start: may be None unless the histogram starts at the first mention.

        Raises:
            ValueError: the window has more than MAX_BUCKETS, or their width is not valid.
        """
        assert self.histogram is not None
        since, until = self._closed_window()
        if self.histogram.starts_at_first_mention:
            assert history_start is not None
            since = max(since, history_start)
        width, weeks = self.histogram.width(until - since), self.histogram.past_weeks
        return histogram_windows(since, until, width, self.histogram.zone, past_weeks=weeks)

    def window_filters(self, window: HistogramWindow) -> Filters:
        """Return the filters for the mentions of *window*, one of :meth:`windows`."""
        if not window.age:
            return self.filters
        return replace(self.filters, since=window.since, until=window.until)

    def _closed_window(self) -> tuple[datetime, datetime]:
        assert self.filters.since is not None
        assert self.filters.until is not None
        return self.filters.since, self.filters.until

    @property
    def is_ranked(self) -> bool:
        """True if hits are sorted by relevance: that is requested, and the query has words."""
        return effective_sort(self.sort, self.query) is Sort.RELEVANCE

    @property
    def first_rank(self) -> int | None:
        """The number of hits, or of groups, before this page by relevance; None: newest first."""
        return parse_rank(self.page_token) if self.is_ranked else None

    @property
    def position(self) -> PageToken | None:
        """The position after which this page starts, newest first; None: at the first hit."""
        if self.is_ranked or self.page_token is None:
            return None
        return parse_page_token(self.page_token)
