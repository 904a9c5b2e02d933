"""Near-identical mentions as one: a family is shown once, by its newest member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from console.search.searching import Search
from indexer.index import Filters
from indexer.query import Field
from indexer.query.nodes import all_of, any_of
from indexer.results import Hit, PageToken, SearchResponse, Sort, parse_page_token, parse_rank

CARDS_PER_PAGE: Final = 20  # cards of a page
MAX_READS: Final = 10  # of the index for one page: a wave of copies is read past, but not for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedHits:
    """The cards of one page and where the next page begins."""

    total: int  # mentions, of all pages
    hits: tuple[Hit, ...]
    duplicate_counts: Mapping[str, int]  # further members by family, among all that was found
    next: str | None


def group_duplicates(search: Search) -> GroupedHits:
    """The next SHOWN families, but for those that the pages before have shown."""
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
    """Add what is new among *hits* to *shown*; how many of them were walked over."""
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
    """The families of *hits* with a newer member, which an earlier page has shown."""
    if search.after is None or search.params.sort is Sort.RELEVANCE:
        return set()
    newer = datetime.fromtimestamp(parse_page_token(search.after).published + 1, UTC)
    return set(_family_sizes(search, replace(search.filters, since=newer), hits))


def _family_sizes(search: Search, filters: Filters, hits: Iterable[Hit]) -> Mapping[str, int]:
    """How many of all that was found belong to each family among *hits*."""
    families = sorted({hit.document.family for hit in hits if hit.document.family})
    if not families:
        return {}
    family_query = any_of(Field("family", family) for family in families)
    query = all_of([search.query, family_query])
    counts = search.index.facets(query, filters, fields=["family"], n=len(families))
    return dict(counts["family"])
