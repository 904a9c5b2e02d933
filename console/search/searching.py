"""One search: what was asked, of which index, over which window."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from console.search.histogram import first_mention
from console.search.params import SearchParams
from indexer.index import Filters, MentionIndex
from indexer.query import Query
from indexer.results import SearchResponse

PAGE_SIZE: Final = 100  # hits at a time
MAX_COUNTED: Final = 10_000  # mentions; of more the families are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search of [start, end)."""

    index: MentionIndex
    query: Query
    params: SearchParams
    start: datetime
    end: datetime

    @property
    def filters(self) -> Filters:
        """Everything that narrows the query."""
        return self.params.filters(self.start, self.end)

    @property
    def after(self) -> str | None:
        """The mark that this page follows; None: it is the first."""
        return self.params.after[-1] if self.params.after else None

    def page(self, after: str | None = None) -> SearchResponse:
        """The hits behind the mark *after*, or else behind that of the state."""
        after = after or self.after
        return self.index.search(
            self.query, self.filters, sort=self.params.sort, size=PAGE_SIZE, page_token=after
        )

    def count_families(self, total: int) -> int | None:
        """How many families are among all *total* hits; None: too many to count."""
        if total > MAX_COUNTED:
            return None
        counts = self.index.facets(self.query, self.filters, fields=["family"], n=MAX_COUNTED)
        families = counts["family"]
        return len(families) + total - sum(n for _, n in families)  # the rest has no family


def build_search(
    index: MentionIndex, query: Query, params: SearchParams, *, zone: str, now: datetime
) -> Search:
    """What *state* asks for at *now*."""
    start, end = params.window(now)
    if start is None:
        start = first_mention(index, end, zone)
    return Search(index=index, query=query, params=params, start=start, end=end)
