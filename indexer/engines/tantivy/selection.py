"""Counts of a tantivy index: facets and histograms of one commit."""

from collections.abc import Mapping
from typing import Any

from core.observation import SentimentCounts
from indexer.facets import FacetCounts, top_values
from indexer.histogram import HistogramWindow, counts_by_second
from indexer.selection import Selection


class TantivySelection(Selection):
    """The hits of *compiled_query* in the commit of *searcher*."""

    def __init__(self, searcher: Any, compiled_query: Any) -> None:
        self._searcher = searcher
        self._compiled_query = compiled_query

    def count(self) -> int:
        """Count without reading a document."""
        return int(self._searcher.search(self._compiled_query, limit=1).count)

    def top_values(self, field: str, n: int) -> FacetCounts:
        """Request longer lists from each segment until the first *n* are exact."""

        def top_terms(size: int) -> Mapping[str, Any]:
            """Return the first *size* values of each segment."""
            terms = {"field": field, "size": size, "segment_size": size}
            return self._aggregate({"top": {"terms": terms}}, "top")

        return top_values(top_terms, n)

    def bucket_counts(self, window: HistogramWindow) -> Mapping[int, SentimentCounts]:
        """Count the ranges between the edges."""
        ranges = [{"from": start, "to": end} for start, end in window.spans]
        aggregation = {
            "range": {"field": "published", "ranges": ranges},
            "aggs": {"labels": {"terms": {"field": "sentiment"}}},
        }
        answer = self._aggregate({"bars": aggregation}, "bars")
        # tantivy adds a bucket without a start before the first range.
        return counts_by_second(bucket for bucket in answer["buckets"] if "from" in bucket)

    def first_second(self) -> int | None:
        """Aggregate the minimum of the publication."""
        first = self._aggregate({"first": {"min": {"field": "published"}}}, "first")["value"]
        return None if first is None else int(first)

    def _aggregate(self, aggregations: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._searcher.aggregate(self._compiled_query, aggregations)
        result: Mapping[str, Any] = answer[name]
        return result
