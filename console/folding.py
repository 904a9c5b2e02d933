"""Near-identical mentions as one: a family is shown once, by its newest member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from console.searching import Search
from indexer.index import Filters
from indexer.page import Hit, Mark, Page, Sort, mark, rank
from indexer.query import Field
from indexer.query.nodes import all_of, any_of

SHOWN: Final = 20  # cards of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The cards of one page and where the next page begins."""

    hits: tuple[Hit, ...]
    alike: Mapping[str, int]  # further members by family, among all that was found
    next: str | None


def fold(search: Search, page: Page) -> Folded:
    """The first SHOWN families of *page*, but for those that the pages before it have shown."""
    seen = _shown_before(search, page.hits)
    shown: list[Hit] = []
    walked = 0
    for hit in page.hits:
        family = hit.document.family
        if family is None or family not in seen:
            if len(shown) == SHOWN:
                break
            shown.append(hit)
            seen.add(family or hit.id)
        walked += 1
    alike = {family: n - 1 for family, n in _sizes(search, search.filters, shown).items()}
    return Folded(hits=tuple(shown), alike=alike, next=_next(search, page, walked))


def _next(search: Search, page: Page, walked: int) -> str | None:
    if walked == len(page.hits):
        return page.next
    if page.hits[0].score is not None:
        return str(rank(search.after) + walked)
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
