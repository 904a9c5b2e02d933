"""An index in a dictionary, for tests and rehearsals; the other engines must answer as it does."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import log
from typing import Any

from indexer.change import Change, Fate, Outcome, Upsert, flaw
from indexer.document import Document, field_values
from indexer.facets import Counted, ranked
from indexer.histogram import HistogramBucket, bars, epoch
from indexer.index import ALL, Filters, Health, MentionIndex, check_fields, check_size
from indexer.index_tokens import places, runs
from indexer.query import Everything, Query
from indexer.query.matcher import matches
from indexer.query.nodes import positive_phrases
from indexer.results import Page, Sort, effective, hit, mark, page, rank


@dataclass(frozen=True, slots=True)
class _Entry:
    document: Document
    where: Mapping[str, list[int]]
    fields: Mapping[str, tuple[str, ...]]

    def order(self) -> tuple[int, str]:
        """Newest first, ties by id."""
        return (-self.document.published, self.document.id)


class MemoryIndex(MentionIndex):
    """Applied changes are found at the next refresh, as in the other engines."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._applied: dict[str, _Entry] = {}
        self._visible: dict[str, _Entry] = {}

    def setup(self) -> None:
        """Nothing is missing."""

    def apply(self, batch: Sequence[Change]) -> list[Outcome]:
        """Each change by itself."""
        return [self._apply(change) for change in batch]

    def refresh(self) -> None:
        """Show what was applied."""
        self._visible = dict(self._applied)

    def search(
        self,
        query: Query,
        filters: Filters = ALL,
        *,
        sort: Sort = Sort.NEWEST,
        size: int = 20,
        after: str | None = None,
    ) -> Page:
        """By looking at every mention."""
        check_size(size)
        found = self._found(query, filters)
        if effective(sort, query) is Sort.RELEVANCE:
            return self._most_relevant(found, query, size, rank(after))
        rest = found
        if after is not None:
            last = mark(after)
            rest = [entry for entry in found if entry.order() > (-last.published, last.id)]
        hits = [hit(entry.document, query) for entry in rest[: size + 1]]
        return page(len(found), hits, size)

    def facets(
        self, query: Query, filters: Filters = ALL, *, fields: Sequence[str], n: int = 10
    ) -> Mapping[str, Counted]:
        """By counting."""
        check_fields(fields)
        found = self._found(query, filters)
        counts = {
            name: Counter(v for entry in found for v in entry.fields[name]) for name in fields
        }
        return {name: ranked(counts[name], n) for name in fields}

    def count(self, query: Query = Everything(), filters: Filters = ALL) -> int:  # noqa: B008
        """By counting."""
        return len(self._found(query, filters))

    def ids(self, query: Query = Everything(), filters: Filters = ALL) -> Iterator[str]:  # noqa: B008
        """Of one moment."""
        return iter([entry.document.id for entry in self._found(query, filters)])

    def health(self) -> Health:
        """Always well."""
        return Health(docs=len(self._visible), bytes=None, detail="in memory")

    def close(self) -> None:
        """Nothing is held."""

    def _apply(self, change: Change) -> Outcome:
        if reason := flaw(change):
            return Outcome(id=change.id, fate=Fate.REJECTED, reason=reason)
        if change.number <= self._numbers.get(change.id, 0):
            return Outcome(id=change.id, fate=Fate.STALE)
        self._numbers[change.id] = change.number
        if isinstance(change, Upsert):
            self._applied[change.id] = _entry(change.document)
        else:
            self._applied.pop(change.id, None)
        return Outcome(id=change.id, fate=Fate.OK)

    def _found(self, query: Query, filters: Filters) -> list[_Entry]:
        narrowed = filters.narrow(query)
        found = [
            entry
            for entry in self._visible.values()
            if _is_within(entry.document.published, filters)
            and matches(narrowed, entry.where, entry.fields)
        ]
        return sorted(found, key=_Entry.order)

    def _most_relevant(self, found: list[_Entry], query: Query, size: int, start: int) -> Page:
        weights = {
            phrase.words: log(1 + len(self._visible) / (1 + self.count(phrase)))
            for phrase in positive_phrases(query)
        }
        scores = {entry.document.id: _score(entry, weights) for entry in found}
        best = sorted(found, key=lambda entry: (-scores[entry.document.id], *entry.order()))
        chosen = best[start : start + size + 1]
        hits = [hit(entry.document, query, scores[entry.document.id]) for entry in chosen]
        return page(len(found), hits, size, start)

    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        seconds = [entry.document.published for entry in self._found(query, filters)]
        if not seconds:
            return None
        first, last = min(seconds), max(seconds) + 1
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)

    def _bars(
        self, query: Query, filters: Filters, borders: Sequence[datetime]
    ) -> list[HistogramBucket]:
        found = [entry.document for entry in self._found(query, filters)]
        buckets = [_bucket(found, epoch(a), epoch(b)) for a, b in pairwise(borders)]
        return bars(borders[:-1], buckets)


def _entry(document: Document) -> _Entry:
    return _Entry(document, places(document.words.split()), field_values(document))


def _bucket(found: Sequence[Document], start: int, end: int) -> Mapping[str, Any]:
    labels = [shown.sentiment for shown in found if start <= shown.published < end]
    counts = Counter(label for label in labels if label)
    by_label = [{"key": key, "doc_count": count} for key, count in counts.items()]
    return {"from": start, "doc_count": len(labels), "labels": {"buckets": by_label}}


def _is_within(published: int, filters: Filters) -> bool:
    at = datetime.fromtimestamp(published, UTC)
    return (filters.since is None or filters.since <= at) and (
        filters.until is None or at < filters.until
    )


def _score(entry: _Entry, weights: Mapping[tuple[str, ...], float]) -> float:
    length = sum(map(len, entry.where.values())) or 1
    return sum(len(runs(words, entry.where)) * weight for words, weight in weights.items()) / length
