"""An index in a dictionary, for tests; the other engines must return the same results."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any, Self

from indexer.change import Change, ChangeOutcome, ChangeResult, Upsert, reject_reason
from indexer.document import Document, field_values
from indexer.facets import FacetCounts, rank_values
from indexer.histogram import HistogramBucket, epoch_seconds, histogram_buckets
from indexer.index import NO_FILTERS, Filters, Health, MentionIndex, check_fields, check_size
from indexer.index_tokens import phrase_positions, term_positions
from indexer.query import Everything, Query
from indexer.query.matcher import matches
from indexer.query.nodes import positive_phrases
from indexer.results import (
    SearchResponse,
    Sort,
    build_hit,
    build_response,
    effective_sort,
    parse_page_token,
    parse_rank,
)


@dataclass(frozen=True, slots=True)
class _Entry:
    document: Document
    positions: Mapping[str, list[int]]
    fields: Mapping[str, tuple[str, ...]]

    def order(self) -> tuple[int, str]:
        """Return the sort key: newest first, ties by id."""
        return (-self.document.published, self.document.id)


class MemoryIndex(MentionIndex):
    """An index in memory; applied changes are visible after the next refresh."""

    is_shared = False

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._latest: dict[str, _Entry] = {}
        self._visible: dict[str, _Entry] = {}

    @classmethod
    def from_options(cls, options: Any, *, state: Path, writer: bool) -> Self:  # noqa: ARG003
        """Return an empty index; there are no options."""
        return cls()

    def setup(self) -> None:
        """Do nothing."""

    def apply(self, batch: Sequence[Change]) -> list[ChangeOutcome]:
        """Apply each change by itself."""
        return [self._apply(change) for change in batch]

    def refresh(self) -> None:
        """Make all applied changes visible."""
        self._visible = dict(self._latest)

    def search(
        self,
        query: Query,
        filters: Filters = NO_FILTERS,
        *,
        sort: Sort = Sort.NEWEST,
        size: int = 20,
        page_token: str | None = None,
    ) -> SearchResponse:
        """Compare every mention with the query."""
        check_size(size)
        entries = self._matching_entries(query, filters)
        if effective_sort(sort, query) is Sort.RELEVANCE:
            return self._most_relevant(entries, query, size, parse_rank(page_token))
        later_entries = entries
        if page_token is not None:
            token = parse_page_token(page_token)
            later_entries = [
                entry for entry in entries if entry.order() > (-token.published, token.id)
            ]
        hits = [build_hit(entry.document, query) for entry in later_entries[: size + 1]]
        return build_response(len(entries), hits, size)

    def facets(
        self, query: Query, filters: Filters = NO_FILTERS, *, fields: Sequence[str], n: int = 10
    ) -> Mapping[str, FacetCounts]:
        """Count the values of all hits."""
        check_fields(fields)
        entries = self._matching_entries(query, filters)
        counts = {
            name: Counter(v for entry in entries for v in entry.fields[name]) for name in fields
        }
        return {name: rank_values(counts[name], n) for name in fields}

    def count(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> int:  # noqa: B008
        """Count all hits."""
        return len(self._matching_entries(query, filters))

    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield the ids at the time of the call."""
        return iter([entry.document.id for entry in self._matching_entries(query, filters)])

    def health(self) -> Health:
        """Return the number of documents; the index is always healthy."""
        return Health(docs=len(self._visible), bytes=None, detail="in memory")

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _apply(self, change: Change) -> ChangeOutcome:
        if reason := reject_reason(change):
            return ChangeOutcome(id=change.id, result=ChangeResult.REJECTED, reason=reason)
        if change.number <= self._numbers.get(change.id, 0):
            return ChangeOutcome(id=change.id, result=ChangeResult.STALE)
        self._numbers[change.id] = change.number
        if isinstance(change, Upsert):
            self._latest[change.id] = _build_entry(change.document)
        else:
            self._latest.pop(change.id, None)
        return ChangeOutcome(id=change.id, result=ChangeResult.OK)

    def _matching_entries(self, query: Query, filters: Filters) -> list[_Entry]:
        narrowed_query = filters.narrow(query)
        entries = [
            entry
            for entry in self._visible.values()
            if _is_within(entry.document.published, filters)
            and matches(narrowed_query, entry.positions, entry.fields)
        ]
        return sorted(entries, key=_Entry.order)

    def _most_relevant(
        self, entries: list[_Entry], query: Query, size: int, first_rank: int
    ) -> SearchResponse:
        weights = {
            phrase.words: log(1 + len(self._visible) / (1 + self.count(phrase)))
            for phrase in positive_phrases(query)
        }
        scores = {entry.document.id: _score(entry, weights) for entry in entries}
        best = sorted(entries, key=lambda entry: (-scores[entry.document.id], *entry.order()))
        page_entries = best[first_rank : first_rank + size + 1]
        hits = [
            build_hit(entry.document, query, scores[entry.document.id]) for entry in page_entries
        ]
        return build_response(len(entries), hits, size, first_rank)

    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        seconds = [entry.document.published for entry in self._matching_entries(query, filters)]
        if not seconds:
            return None
        first, last = min(seconds), max(seconds) + 1
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)

    def _buckets(
        self, query: Query, filters: Filters, edges: Sequence[datetime]
    ) -> list[HistogramBucket]:
        documents = [entry.document for entry in self._matching_entries(query, filters)]
        buckets = [
            _bucket(documents, epoch_seconds(a), epoch_seconds(b)) for a, b in pairwise(edges)
        ]
        return histogram_buckets(edges[:-1], buckets)


def _build_entry(document: Document) -> _Entry:
    return _Entry(document, term_positions(document.words.split()), field_values(document))


def _bucket(documents: Sequence[Document], start: int, end: int) -> Mapping[str, Any]:
    labels = [document.sentiment for document in documents if start <= document.published < end]
    counts = Counter(label for label in labels if label)
    by_label = [{"key": key, "doc_count": count} for key, count in counts.items()]
    return {"from": start, "doc_count": len(labels), "labels": {"buckets": by_label}}


def _is_within(second: int, filters: Filters) -> bool:
    at = datetime.fromtimestamp(second, UTC)
    return (filters.since is None or filters.since <= at) and (
        filters.until is None or at < filters.until
    )


def _score(entry: _Entry, weights: Mapping[tuple[str, ...], float]) -> float:
    length = sum(map(len, entry.positions.values())) or 1
    return (
        sum(
            len(phrase_positions(words, entry.positions)) * weight
            for words, weight in weights.items()
        )
        / length
    )
