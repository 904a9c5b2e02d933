"""Near-identical mentions as one: a family is shown once, by its newest member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from console.search.searching import Search
from indexer.index import Filters
from indexer.query import Field
from indexer.query.nodes import all_of, any_of
from indexer.results import Hit, Mark, Page, Sort, mark, rank

SHOWN: Final = 20  # cards of a page
READS: Final = 10  # of the index for one page: a wave of copies is read past, but not for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The cards of one page and where the next page begins."""

    total: int  # mentions, of all pages
    hits: tuple[Hit, ...]
    alike: Mapping[str, int]  # further members by family, among all that was found
    next: str | None


def fold(search: Search) -> Folded:
    """The next SHOWN families, but for those that the pages before have shown."""
    shown: list[Hit] = []
    seen: set[str] = set()
    page, after = search.page(), search.after
    for _ in range(READS):
        seen |= _shown_before(search, page.hits)
        after = _next(page, _take(page.hits, shown, seen), after)
        if after is None or len(shown) == SHOWN:
            break
        page = search.page(after)
    alike = {family: n - 1 for family, n in _sizes(search, search.filters, shown).items()}
    return Folded(total=page.total, hits=tuple(shown), alike=alike, next=after)


def _take(hits: Iterable[Hit], shown: list[Hit], seen: set[str]) -> int:
    """Add what is new among *hits* to *shown*; how many of them were walked over."""
    walked = 0
    for hit in hits:
        family = hit.document.family or hit.id
        if family not in seen:
            if len(shown) == SHOWN:
                break
            shown.append(hit)
            seen.add(family)
        walked += 1
    return walked


def _next(page: Page, walked: int, after: str | None) -> str | None:
    if walked == len(page.hits):
        return page.next
    if page.hits[0].score is not None:
        return str(rank(after) + walked)
    last = page.hits[walked - 1].document
    return str(Mark(last.published, last.id))


def _shown_before(search: Search, hits: Iterable[Hit]) -> set[str]:
    """The families of *hits* with a newer member, which an earlier page has shown."""
    if search.after is None or search.state.sort is Sort.RELEVANCE:
        return set()
    newer = datetime.fromtimestamp(mark(search.after).published + 1, UTC)
    return set(_sizes(search, replace(search.filters, since=newer), hits))


def _sizes(search: Search, filters: Filters, hits: Iterable[Hit]) -> Mapping[str, int]:
    """How many of all that was found belong to each family among *hits*."""
    families = sorted({hit.document.family for hit in hits if hit.document.family})
    if not families:
        return {}
    named = any_of(Field("family", family) for family in families)
    query = all_of([search.query, named])
    found = search.index.facets(query, filters, fields=["family"], n=len(families))
    return dict(found["family"])
