"""Facets and histograms by aggregations, exact."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, Final

from core.observation import SentimentCounts
from indexer.engines.elasticsearch.dsl import Dsl, all_conditions
from indexer.engines.elasticsearch.mapping import PUBLISHED
from indexer.engines.elasticsearch.steps import Answer, Body, aggregations
from indexer.facets import (
    MAX_VALUES,
    FacetCounts,
    is_exact,
    list_size,
    merge_selected,
    rank_values,
    value_counts,
)
from indexer.histogram import HistogramBucket, HistogramWindow, build_buckets, counts_by_second
from indexer.request import SearchRequest

NO_VALUES: Final[Mapping[str, Any]] = {
    "buckets": [],
    "sum_other_doc_count": 0,
    "doc_count_error_upper_bound": 0,
}
_NO_FACET: Final[Mapping[str, Any]] = {"top": NO_VALUES, "selected": NO_VALUES}
_BY_COUNT: Final = [{"_count": "desc"}, {"_key": "asc"}]


def facet(request: SearchRequest, name: str) -> Generator[Body, Answer, FacetCounts]:
    """Count the values of the field *name*; longer lists follow until the first are exact."""
    selected_values = [str(value) for value in request.filters.fields.get(name, ())]
    size = list_size(request.facet_size)
    while True:
        lists = {"top": top_terms(name, size), "selected": terms_among(name, selected_values)}
        aggs = {"filter": all_conditions(request.filters.without(name)), "aggs": lists}
        answer = yield {"aggs": {f"facet_{name}": aggs}}
        lists = aggregations(answer).get(f"facet_{name}", _NO_FACET)
        if is_exact(lists["top"], request.facet_size) or size == MAX_VALUES:
            break
        size = list_size(size)
    counts = value_counts(lists["selected"])
    top = rank_values(value_counts(lists["top"]), request.facet_size)
    return merge_selected(top, {value: counts.get(value, 0) for value in selected_values})


def histogram(request: SearchRequest) -> Generator[Body, Answer, tuple[HistogramBucket, ...]]:
    """Count the windows of the histogram, in a request of their own if their start is open."""
    assert request.histogram is not None
    is_open = request.histogram.starts_at_first_mention
    windows = [] if is_open else request.windows(None)
    answer = yield {"aggs": {**_first_mention(request), **_window_counts(request, windows)}}
    history_start = request.history_start(_first_second(answer))
    if is_open:
        windows = request.windows(history_start)
        answer = yield {"aggs": _window_counts(request, windows)}
    return build_buckets(windows, _counts(answer, windows), history_start)


def top_terms(name: str, size: int) -> Dsl:
    """Return the aggregation of the *size* most frequent values of each shard, ties by value."""
    return {"terms": {"field": name, "size": size, "shard_size": size, "order": _BY_COUNT}}


def terms_among(name: str, values: Iterable[str]) -> Dsl:
    """Return the aggregation that counts each of *values*."""
    included_values = list(dict.fromkeys(values))
    size = max(len(included_values), 1)
    return {"terms": {"field": name, "include": included_values, "size": size, "shard_size": size}}


def _first_mention(request: SearchRequest) -> Dsl:
    """Return the aggregation of the earliest publication in the whole index, not of hits alone."""
    minimum = {"earliest": {"min": {"field": PUBLISHED}}}
    within = {"filter": all_conditions(request.history_filters()), "aggs": minimum}
    return {"history": {"global": {}, "aggs": {"within": within}}}


def _first_second(answer: Answer) -> int | None:
    history = aggregations(answer).get("history")
    milliseconds = history["within"]["earliest"]["value"] if history else None
    return None if milliseconds is None else int(milliseconds // 1000)


def _window_counts(request: SearchRequest, windows: Sequence[HistogramWindow]) -> Dsl:
    return {
        f"window_{n}": {
            "filter": all_conditions(request.window_filters(window)),
            "aggs": {"bars": _bars(window)},
        }
        for n, window in enumerate(windows)
    }


def _bars(window: HistogramWindow) -> Dsl:
    ranges = [{"from": start, "to": end} for start, end in window.spans]
    return {
        "date_range": {"field": PUBLISHED, "format": "epoch_second", "ranges": ranges},
        "aggs": {"labels": {"terms": {"field": "sentiment"}}},
    }


def _counts(
    answer: Answer, windows: Sequence[HistogramWindow]
) -> list[Mapping[int, SentimentCounts]]:
    answers = aggregations(answer)
    lists = [
        answers[f"window_{n}"]["bars"]["buckets"] if answers else [] for n in range(len(windows))
    ]
    # A date field returns milliseconds.
    return [
        counts_by_second({**bucket, "from": bucket["from"] // 1000} for bucket in buckets)
        for buckets in lists
    ]
