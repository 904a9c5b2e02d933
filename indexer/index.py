"""The contract of an index of mentions: derived from the database, it can always be rebuilt."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from indexer.change import Change, ChangeOutcome
from indexer.options import IndexOptions
from indexer.query import Everything, Query
from indexer.request import NO_FILTERS, Filters, SearchRequest
from indexer.results import SearchResponse


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
    def search(self, request: SearchRequest) -> SearchResponse:
        """Return the page of hits that *request* describes, with its facets and histogram.

        All numbers are exact. In the order newest first, every mention that is in the index from
        the first page to the last is returned exactly once, also during writes. With
        ``group_by_family`` a group of near-duplicates is returned once: as its newest member, or
        by relevance as its best one.
        """

    def count(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> int:  # noqa: B008
        """Return the number of hits."""
        return self.search(SearchRequest(query=query, filters=filters, size=1)).total

    @abstractmethod
    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield the ids of all hits, newest first."""

    @abstractmethod
    def health(self) -> Health:
        """Return the current state of the index."""

    @abstractmethod
    def close(self) -> None:
        """Release files, locks and connections; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
