"""The contract of an index of mentions: derived from the record, it can always be rebuilt."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from indexer.change import Change, ChangeOutcome
from indexer.facets import FacetCounts
from indexer.histogram import HistogramBucket, bucket_edges
from indexer.query import Everything, Field, Query
from indexer.query.fields import FIELDS
from indexer.query.nodes import all_of, any_of
from indexer.results import MAX_HITS, SearchResponse, Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What narrows a query beside its words."""

    since: datetime | None = None  # published at or after
    until: datetime | None = None  # published before
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)  # field -> one of these

    def narrow(self, query: Query) -> Query:
        """*query* and the fields; the times stay outside, where an engine has something better."""
        field_conditions = [
            any_of(Field(name, value) for value in values)
            for name, values in self.fields.items()
            if values
        ]
        return all_of([query, *field_conditions])


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How an index is."""

    docs: int
    bytes: int | None  # on disk; None: unknown
    detail: str  # a word or two of the engine's own


class MentionIndex(ABC):
    """Finds, counts and lists mentions. One process applies changes; any number of them reads.

    Every method may raise TransientError (the engine does not answer, or another process writes)
    and ConfigError (the operator must act); the message is a sentence.
    """

    @abstractmethod
    def setup(self) -> None:
        """Make what is missing; a second call changes nothing.

        ConfigError: a newer Harken made this index.
        """

    @abstractmethod
    def apply(self, batch: Sequence[Change]) -> list[ChangeOutcome]:
        """Apply *batch* and return one outcome for each change, in order; what is ok is durable.

        Applying a batch again, or after a crash, gives the same index.
        """

    @abstractmethod
    def refresh(self) -> None:
        """What was applied before this call is found after it."""

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
        """The hits that follow the mark *after*.

        Newest first, every mention that was there from the first page to the last is seen exactly
        once, whatever is written between. ValueError: *size* is not 1 to MOST_HITS.
        """

    def histogram(
        self,
        query: Query,
        filters: Filters = NO_FILTERS,
        *,
        step: timedelta,
        zone: ZoneInfo,
    ) -> list[HistogramBucket]:
        """Mentions by time and sentiment over [since, until); where these are open, over all hits.

        Bars are those of indexer.histogram.edges, empty ones too; together they hold every hit.
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
        """For each of *fields* its *n* values with the most hits, exact.

        ValueError: there is no such field.
        """

    @abstractmethod
    def count(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> int:  # noqa: B008
        """How many mentions fit."""

    @abstractmethod
    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """The ids of all that fit, newest first."""

    @abstractmethod
    def health(self) -> Health:
        """How the index is now."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files, locks and connections; a second call does nothing."""

    @abstractmethod
    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        """[first, last + 1 s) of the hits by publication, UTC; None: there are none."""

    @abstractmethod
    def _buckets(
        self, query: Query, filters: Filters, edges: Sequence[datetime]
    ) -> list[HistogramBucket]:
        """One bar between each two neighbours of *borders*."""

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
    """ValueError: *size* is no size of a page."""
    if not 1 <= size <= MAX_HITS:
        raise ValueError(f"a page of {size} hits: it must be 1 to {MAX_HITS:,}")


def check_fields(names: Sequence[str]) -> None:
    """ValueError: one of *names* is no field of the query language."""
    for name in names:
        if name not in FIELDS:
            raise ValueError(f"no field {name!r} to list: {', '.join(FIELDS)}")
