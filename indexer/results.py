"""The result of a search: hits, counts, and a token for the next page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from core.errors import QueryError
from indexer.change import EARLIEST_SECOND, LATEST_SECOND
from indexer.document import Document
from indexer.facets import FacetCounts
from indexer.highlight import Span, highlights
from indexer.histogram import HistogramBucket
from indexer.query import Query
from indexer.query.fields import YesNo
from indexer.query.nodes import positive_phrases

MAX_HITS: Final = 1_000  # on a page
MAX_GROUPED: Final = 10_000  # hits; among more the groups are not counted
# A page that starts there ends below 10,000, the max_result_window of Elasticsearch.
MAX_RANK: Final = 10_000 - MAX_HITS - 1


class Sort(StrEnum):
    """The order of hits; ties newest first, then by id."""

    NEWEST = "newest"
    RELEVANCE = "relevance"  # rare words and short texts first; without words in the query: newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One mention that matches the query."""

    document: Document
    score: float | None  # comparable within one response; None if sorted by time
    highlights: tuple[Span, ...]  # (start, end) in document.text, ascending, never overlapping
    group_size: int = 1  # hits of its group of near-duplicates, itself included; 1 if not grouped

    @property
    def id(self) -> str:
        """The id of the mention."""
        return self.document.id

    @property
    def published(self) -> datetime | None:
        """The time of publication in seconds, UTC; None: unknown."""
        if self.document.undated == YesNo.YES:
            return None
        return datetime.fromtimestamp(self.document.published, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResponse:
    """One page of a search."""

    total: int  # exact number of hits on all pages, each near-duplicate counted
    hits: tuple[Hit, ...]
    next_page_token: str | None  # the ``page_token`` of the next page; None: this is the last
    groups: int | None = None  # of near-duplicates; None: not requested, or over MAX_GROUPED hits
    facets: Mapping[str, FacetCounts] = field(default_factory=dict)  # by field; see merge_selected
    histogram: tuple[HistogramBucket, ...] = ()  # oldest first; their sum is the total


@dataclass(frozen=True, slots=True)
class PageToken:
    """The last hit of a page in the order newest first."""

    published: int  # seconds since 1970
    id: str

    def __str__(self) -> str:
        return f"{self.published}.{self.id}"


def parse_page_token(text: str) -> PageToken:
    """Parse the ``str`` of a PageToken.

    Raises:
        QueryError: *text* is not a token.
    """
    match = re.fullmatch(r"(-?[0-9]{1,11})\.([0-9a-f]{32})", text)
    if not match or not EARLIEST_SECOND <= int(match[1]) < LATEST_SECOND:
        raise _invalid_token()
    return PageToken(int(match[1]), match[2])


def parse_rank(page_token: str | None) -> int:
    """Parse the token of a page sorted by relevance: the number of hits before it.

    Raises:
        QueryError: *page_token* is not such a token.
    """
    if page_token is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,5}", page_token) or int(page_token) > MAX_RANK:
        raise _invalid_token()
    return int(page_token)


def effective_sort(sort: Sort, query: Query) -> Sort:
    """Return *sort*, or NEWEST if *query* has no words to rank by."""
    return sort if any(positive_phrases(query)) else Sort.NEWEST


def build_hit(document: Document, query: Query, score: float | None = None) -> Hit:
    """Return *document* as a hit of *query*, with its highlights."""
    spans = tuple(highlights(query, document.text))
    return Hit(document=document, score=score, highlights=spans)


def paginate(
    rows: Sequence[Hit], size: int, first_rank: int | None = None
) -> tuple[tuple[Hit, ...], str | None]:
    """Return the first *size* of *rows* and the token of the next page; None: there is none.

    Args:
        rows: at most *size* + 1 hits; one more than *size* means that there is a next page.
        size: hits on a page.
        first_rank: the rank of the first row if sorted by relevance; None: sorted by time.
    """
    hits = tuple(rows[:size])
    if len(rows) <= size:
        return hits, None
    if first_rank is None:
        last = hits[-1].document
        return hits, str(PageToken(last.published, last.id))
    next_rank = first_rank + size
    return hits, str(next_rank) if next_rank <= MAX_RANK else None


def _invalid_token() -> QueryError:
    return QueryError("This page link is not valid. Start at the first page.", column=0)
