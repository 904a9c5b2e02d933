"""What a search answers: hits, and a mark from which the next page goes on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from core.errors import QueryError
from indexer.change import EARLIEST, LATEST
from indexer.document import Document
from indexer.highlight import Span, highlights
from indexer.query import Query
from indexer.query.nodes import positive_phrases

MOST_HITS: Final = 1_000  # on a page
# A page behind it stays below 10,000, the max_result_window of Elasticsearch.
LAST_RANK: Final = 10_000 - MOST_HITS - 1


class Sort(StrEnum):
    """The order of hits; ties stand newest first, then by id."""

    NEWEST = "newest"
    RELEVANCE = "relevance"  # rare words and short texts first; without words to rank by: newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One mention that fits the query."""

    document: Document
    score: float | None  # comparable within one answer; None when sorted by time
    highlights: tuple[Span, ...]  # (start, end) in document.text, ascending, never overlapping

    @property
    def id(self) -> str:
        """Of the mention."""
        return self.document.id

    @property
    def published(self) -> datetime:
        """To the second, UTC."""
        return datetime.fromtimestamp(self.document.published, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some hits of a search."""

    total: int  # exact, of all pages
    hits: tuple[Hit, ...]
    next: str | None  # the ``after`` of the next page; None: this is the last


@dataclass(frozen=True, slots=True)
class Mark:
    """The last hit of a page in the order newest first."""

    published: int  # seconds since 1970
    id: str

    def __str__(self) -> str:
        return f"{self.published}.{self.id}"


def mark(after: str) -> Mark:
    """The mark that ``str`` wrote.

    Raises:
        QueryError: *after* is not one.
    """
    found = re.fullmatch(r"(-?[0-9]{1,11})\.([0-9a-f]{32})", after)
    if not found or not EARLIEST <= int(found[1]) < LATEST:
        raise _no_mark()
    return Mark(int(found[1]), found[2])


def rank(after: str | None) -> int:
    """How many hits the pages before held, when sorted by relevance.

    Raises:
        QueryError: *after* is not the mark of such a page.
    """
    if after is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,5}", after) or int(after) > LAST_RANK:
        raise _no_mark()
    return int(after)


def effective(sort: Sort, query: Query) -> Sort:
    """Newest first where *query* has no words to rank by."""
    return sort if any(positive_phrases(query)) else Sort.NEWEST


def hit(document: Document, query: Query, score: float | None = None) -> Hit:
    """*document* as an answer to *query*."""
    spans = tuple(highlights(query, document.text))
    return Hit(document=document, score=score, highlights=spans)


def page(total: int, rows: Sequence[Hit], size: int, start: int | None = None) -> Page:
    """The first *size* of *rows*, which hold one more if there is a next page.

    Args:
        start: the rank of the first row when sorted by relevance; None: sorted by time.
    """
    shown = tuple(rows[:size])
    if len(rows) <= size:
        return Page(total=total, hits=shown, next=None)
    if start is None:
        last = shown[-1].document
        return Page(total=total, hits=shown, next=str(Mark(last.published, last.id)))
    following = start + size
    return Page(total=total, hits=shown, next=str(following) if following <= LAST_RANK else None)


def _no_mark() -> QueryError:
    return QueryError("This page link is not valid. Start at the first page.", column=0)
