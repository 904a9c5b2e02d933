"""One search and its results; near-identical mentions are grouped under their newest member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from console.search.histogram import first_mention
from console.search.params import SearchParams
from indexer.index import Filters, MentionIndex
from indexer.query import Field, Query
from indexer.query.nodes import all_of, any_of
from indexer.results import Hit, PageToken, SearchResponse, Sort, parse_page_token, parse_rank

PAGE_SIZE: Final = 100  # hits at a time
MAX_COUNTED: Final = 10_000  # mentions; among more, families are not counted
CARDS_PER_PAGE: Final = 20  # cards on a page
MAX_READS: Final = 10  # index reads for one page: a long run of copies is skipped up to this limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A query with its parameters over the window [start, end) of an index."""

    index: MentionIndex
    query: Query
    params: SearchParams
    start: datetime
    end: datetime

    @property
    def filters(self) -> Filters:
        """All filters of the search, its window included."""
        return self.params.filters(self.start, self.end)

    @property
    def after(self) -> str | None:
        """The page token at which this page starts; None on the first page."""
        return self.params.after[-1] if self.params.after else None

    def page(self, after: str | None = None) -> SearchResponse:
        """Return the hits after the page token *after*, by default that of the parameters."""
        after = after or self.after
        return self.index.search(
            self.query, self.filters, sort=self.params.sort, size=PAGE_SIZE, page_token=after
        )

    def count_families(self, total: int) -> int | None:
        """Return the number of families among all *total* hits; None if they are too many."""
        if total > MAX_COUNTED:
            return None
        counts = self.index.facets(self.query, self.filters, fields=["family"], n=MAX_COUNTED)
        families = counts["family"]
        return len(families) + total - sum(n for _, n in families)  # the rest has no family


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedHits:
    """The cards of one page and the token of the next page."""

    total: int  # mentions, of all pages
    hits: tuple[Hit, ...]
    duplicate_counts: Mapping[str, int]  # further members by family, among all results
    next: str | None


def build_search(
    index: MentionIndex, query: Query, params: SearchParams, *, zone: str, now: datetime
) -> Search:
    """Return the search that *params* describes at *now*, its window resolved in *zone*."""
    start, end = params.window(now)
    if start is None:
        start = first_mention(index, end, zone)
    return Search(index=index, query=query, params=params, start=start, end=end)


def group_duplicates(search: Search) -> GroupedHits:
    """Return the next CARDS_PER_PAGE families, without those on earlier pages."""
    page_hits: list[Hit] = []
    families: set[str] = set()
    page, after = search.page(), search.after
    for _ in range(MAX_READS):
        families |= _earlier_families(search, page.hits)
        after = _next_token(page, _add_new(page.hits, page_hits, families), after)
        if after is None or len(page_hits) == CARDS_PER_PAGE:
            break
        page = search.page(after)
    duplicate_counts = {
        family: n - 1 for family, n in _family_sizes(search, search.filters, page_hits).items()
    }
    return GroupedHits(
        total=page.total, hits=tuple(page_hits), duplicate_counts=duplicate_counts, next=after
    )


def _add_new(hits: Iterable[Hit], page_hits: list[Hit], families: set[str]) -> int:
    """Add the first hit of each new family to *page_hits*; return the number of hits read."""
    count = 0
    for hit in hits:
        family = hit.document.family or hit.id
        if family not in families:
            if len(page_hits) == CARDS_PER_PAGE:
                break
            page_hits.append(hit)
            families.add(family)
        count += 1
    return count


def _next_token(page: SearchResponse, count: int, after: str | None) -> str | None:
    if count == len(page.hits):
        return page.next_page_token
    if page.hits[0].score is not None:
        return str(parse_rank(after) + count)
    last = page.hits[count - 1].document
    return str(PageToken(last.published, last.id))


def _earlier_families(search: Search, hits: Iterable[Hit]) -> set[str]:
    """Return the families of *hits* with a newer member, which is on an earlier page."""
    if search.after is None or search.params.sort is Sort.RELEVANCE:
        return set()
    newer = datetime.fromtimestamp(parse_page_token(search.after).published + 1, UTC)
    return set(_family_sizes(search, replace(search.filters, since=newer), hits))


def _family_sizes(search: Search, filters: Filters, hits: Iterable[Hit]) -> Mapping[str, int]:
    """Return the number of results in each family among *hits*."""
    families = sorted({hit.document.family for hit in hits if hit.document.family})
    if not families:
        return {}
    family_query = any_of(Field("family", family) for family in families)
    query = all_of([search.query, family_query])
    counts = search.index.facets(query, filters, fields=["family"], n=len(families))
    return dict(counts["family"])
