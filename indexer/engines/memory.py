"""An index in a dictionary, for tests; the other engines must return the same results."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import log
from pathlib import Path
from typing import Any, Self

from core.observation import SentimentCounts
from indexer.change import Change, ChangeOutcome, ChangeResult, Upsert, reject_reason
from indexer.document import Document, field_values
from indexer.facets import FacetCounts, rank_values
from indexer.histogram import HistogramWindow, counts_by_second
from indexer.index import Health, MentionIndex
from indexer.index_tokens import phrase_positions, term_positions
from indexer.query import Everything, Query
from indexer.query.matcher import matches
from indexer.query.nodes import positive_phrases
from indexer.request import NO_FILTERS, Filters, SearchRequest
from indexer.results import MAX_GROUPED, Hit, SearchResponse, build_hit
from indexer.selection import Selection, count_facets, count_histogram


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

    def search(self, request: SearchRequest) -> SearchResponse:
        """Compare every mention with the query."""
        selection = self._select(request.query, request.filters)
        rows = self._ranked_rows(request, selection) if request.is_ranked else selection.rows()
        groups = None
        if request.group_by_family:
            rows = _group(rows)
            groups = len(rows) if selection.count() <= MAX_GROUPED else None
        return request.build_response(
            [row.hit(request) for row in _page_rows(rows, request)],
            total=selection.count(),
            groups=groups,
            facets=count_facets(request, self._select),
            histogram=count_histogram(request, self._select),
        )

    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield the ids at the time of the call."""
        return iter([row.entry.document.id for row in self._select(query, filters).rows()])

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

    def _select(self, query: Query, filters: Filters) -> "_MemorySelection":
        narrowed_query = filters.narrow(query)
        entries = [
            entry
            for entry in self._visible.values()
            if _is_within(entry.document.published, filters)
            and matches(narrowed_query, entry.positions, entry.fields)
        ]
        return _MemorySelection(sorted(entries, key=_Entry.order))

    def _ranked_rows(self, request: SearchRequest, selection: "_MemorySelection") -> list["_Row"]:
        """Return the rows of *selection* with their scores, best first."""
        weights = {
            phrase.words: log(1 + len(self._visible) / (1 + self.count(phrase)))
            for phrase in positive_phrases(request.query)
        }
        rows = [_Row(entry, _score(entry, weights)) for entry in selection.entries]
        return sorted(rows, key=lambda row: (-(row.score or 0), *row.entry.order()))


@dataclass(frozen=True, slots=True)
class _Row:
    """A hit before its highlights are computed."""

    entry: _Entry
    score: float | None = None
    group_size: int = 1

    def hit(self, request: SearchRequest) -> Hit:
        """Return the hit with its highlights."""
        hit = build_hit(self.entry.document, request.query, self.score)
        return replace(hit, group_size=self.group_size)


@dataclass(frozen=True, slots=True)
class _MemorySelection(Selection):
    """The hits as a list."""

    entries: list[_Entry]  # newest first

    def rows(self) -> list[_Row]:
        """Return the hits, newest first."""
        return [_Row(entry) for entry in self.entries]

    def count(self) -> int:
        """Return the number of hits."""
        return len(self.entries)

    def top_values(self, field: str, n: int) -> FacetCounts:
        """Count each value of the field among the hits."""
        return rank_values(Counter(v for entry in self.entries for v in entry.fields[field]), n)

    def bucket_counts(self, window: HistogramWindow) -> Mapping[int, SentimentCounts]:
        """Count the hits of each bucket."""
        documents = [entry.document for entry in self.entries]
        return counts_by_second(_bucket(documents, start, end) for start, end in window.spans)

    def first_second(self) -> int | None:
        """Return the publication of the oldest hit."""
        return min((entry.document.published for entry in self.entries), default=None)


def _group(rows: Sequence[_Row]) -> list[_Row]:
    """Return the first of *rows* of each family with the number of its members."""
    heads: dict[str, _Row] = {}
    for row in rows:
        family = row.entry.document.family or row.entry.document.id
        head = heads.setdefault(family, replace(row, group_size=0))
        heads[family] = replace(head, group_size=head.group_size + 1)
    return list(heads.values())


def _page_rows(rows: Sequence[_Row], request: SearchRequest) -> Sequence[_Row]:
    """Return the rows of the requested page, and one more if there is a next page."""
    token = request.position
    if token is not None:
        rows = [row for row in rows if row.entry.order() > (-token.published, token.id)]
    first = request.first_rank or 0
    return rows[first : first + request.size + 1]


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
