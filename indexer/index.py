"""The contract of an index of mentions: derived from the database, it can always be rebuilt."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from indexer.change import Change, ChangeOutcome
from indexer.facets import FacetCounts
from indexer.histogram import HistogramBucket, bucket_edges
from indexer.options import IndexOptions
from indexer.query import Everything, Field, Query
from indexer.query.fields import FIELDS
from indexer.query.nodes import all_of, any_of
from indexer.results import MAX_HITS, SearchResponse, Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The conditions of a search beside its query."""

    since: datetime | None = None  # published at or after
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


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of an index."""

    docs: int
    bytes: int | None  # on disk; None: unknown
    detail: str  # one or two words of the engine


class MentionIndex(ABC):
    """An index that finds, counts and lists mentions.

    One process applies changes; any number of processes may read. Every method may raise
    TransientError (the engine does not answer, or another process writes) and ConfigError (the
    operator must act); the message is a sentence.
    """

    Options: ClassVar[type[IndexOptions]] = IndexOptions
    is_shared: ClassVar[bool] = True  # False: other processes do not see the mentions

    @classmethod
    @abstractmethod
    def from_options(cls, options: Any, *, state: Path, writer: bool) -> Self:
        """Return the index with *options*, an instance of ``Options``; nothing is opened yet.

        Args:
            options: the options of the engine.
            state: the folder for files; the engine uses a subfolder with its own name.
            writer: True for the one process that applies changes.
        """

    @abstractmethod
    def setup(self) -> None:
        """Create all that is missing; a second call changes nothing.

        Raises:
            ConfigError: a newer Harken created this index.
        """

    @abstractmethod
    def apply(self, batch: Sequence[Change]) -> list[ChangeOutcome]:
        """Apply *batch* and return one outcome for each change, in order.

        Changes with the result OK are durable. Applying a batch again, also after a crash, gives
        the same index.
        """

    @abstractmethod
    def refresh(self) -> None:
        """Make all applied changes visible to searches."""

    @abstractmethod
    def search(
        self,
        query: Query,
        filters: Filters = NO_FILTERS,
        *,
        sort: Sort = Sort.NEWEST,
        size: int = 20,
        page_token: str | None = None,
    ) -> SearchResponse:
        """Return the page of hits after *page_token*; None: the first page.

        In the order newest first, every mention that is in the index from the first page to the
        last is returned exactly once, also during writes.

        Raises:
            QueryError: *page_token* is invalid.
            ValueError: *size* is not 1 to MAX_HITS.
        """

    def histogram(
        self,
        query: Query,
        filters: Filters = NO_FILTERS,
        *,
        step: timedelta,
        zone: ZoneInfo,
    ) -> list[HistogramBucket]:
        """Count mentions by time and sentiment over [since, until); an open side covers all hits.

        The buckets are those of indexer.histogram.bucket_edges, empty ones too. Their sum is the
        number of hits.

        Raises:
            ValueError: there are more than MAX_BUCKETS, or *step* is not valid.
        """
        since, until = filters.since, filters.until
        if since is None or until is None:
            span = self._span(query, filters)
            if span is None:
                return []
            since, until = since or span[0], until or span[1]
        return self._buckets(query, filters, bucket_edges(since, until, step, zone))

    @abstractmethod
    def facets(
        self, query: Query, filters: Filters = NO_FILTERS, *, fields: Sequence[str], n: int = 10
    ) -> Mapping[str, FacetCounts]:
        """Return for each of *fields* the *n* values with the most hits, exact.

        Raises:
            ValueError: there is no such field.
        """

    @abstractmethod
    def count(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> int:  # noqa: B008
        """Return the number of hits."""

    @abstractmethod
    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield the ids of all hits, newest first."""

    @abstractmethod
    def health(self) -> Health:
        """Return the current state of the index."""

    @abstractmethod
    def close(self) -> None:
        """Release files, locks and connections; a second call does nothing."""

    @abstractmethod
    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        """Return [first, last + 1 s) of the publication of the hits, UTC; None: no hits."""

    @abstractmethod
    def _buckets(
        self, query: Query, filters: Filters, edges: Sequence[datetime]
    ) -> list[HistogramBucket]:
        """Return one bucket between each two neighbours of *edges*."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def check_size(size: int) -> None:
    """Raise ValueError unless *size* is 1 to MAX_HITS."""
    if not 1 <= size <= MAX_HITS:
        raise ValueError(f"a page of {size} hits: it must be 1 to {MAX_HITS:,}")


def check_fields(names: Sequence[str]) -> None:
    """Raise ValueError if one of *names* is not a field of the query language."""
    for name in names:
        if name not in FIELDS:
            raise ValueError(f"no field {name!r} to list: {', '.join(FIELDS)}")
