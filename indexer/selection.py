"""Facets and histograms for engines that count step by step within their own process."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from core.observation import SentimentCounts
from indexer.facets import FacetCounts, merge_selected
from indexer.histogram import HistogramBucket, HistogramWindow, build_buckets
from indexer.query import Everything, Field, Query
from indexer.query.nodes import all_of
from indexer.request import Filters, SearchRequest


class Selection(ABC):
    """The hits of one query under its filters, as an engine counts them."""

    @abstractmethod
    def count(self) -> int:
        """Return the number of hits."""

    @abstractmethod
    def top_values(self, field: str, n: int) -> FacetCounts:
        """Return the *n* values of *field* with the most hits, exact; ties by value."""

    @abstractmethod
    def bucket_counts(self, window: HistogramWindow) -> Mapping[int, SentimentCounts]:
        """Return the counts of the buckets of *window* by their start in seconds."""

    @abstractmethod
    def first_second(self) -> int | None:
        """Return the earliest publication, seconds since 1970; None: there are no hits."""


Select = Callable[[Query, Filters], Selection]


def count_facets(request: SearchRequest, select: Select) -> dict[str, FacetCounts]:
    """Return the facets of *request*, each counted without its own filter."""
    return {name: _count_facet(request, name, select) for name in request.facets}


def count_histogram(request: SearchRequest, select: Select) -> tuple[HistogramBucket, ...]:
    """Return the histogram of *request*; () if none is requested."""
    if request.histogram is None:
        return ()
    first_second = select(Everything(), request.history_filters()).first_second()
    history_start = request.history_start(first_second)
    windows = request.windows(history_start)
    counts = [
        select(request.query, request.window_filters(window)).bucket_counts(window)
        for window in windows
    ]
    return build_buckets(windows, counts, history_start)


def _count_facet(request: SearchRequest, name: str, select: Select) -> FacetCounts:
    filters = request.filters.without(name)
    selected_counts = {
        str(value): select(all_of([request.query, Field(name, value)]), filters).count()
        for value in request.filters.fields.get(name, ())
    }
    top = select(request.query, filters).top_values(name, request.facet_size)
    return merge_selected(top, selected_counts)
