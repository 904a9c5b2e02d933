"""Groups of near-duplicates in a tantivy index: one hit for each family, in the order of hits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from indexer.document import Document
from indexer.engines.tantivy.documents import QUERIES, sort_order
from indexer.engines.tantivy.hits import ScoredDocument, newest_documents, ranked_documents
from indexer.engines.tantivy.queries import conjunction
from indexer.engines.tantivy.selection import TantivySelection
from indexer.groups import PassedGroups, count_groups, with_sizes
from indexer.request import SearchRequest
from indexer.results import MAX_GROUPED, MAX_HITS, Hit, PageToken, build_hit


@dataclass(frozen=True, slots=True)
class GroupPage:
    """The groups of one page."""

    rows: list[Hit]  # one more than the size of the request if there is a next page
    groups: int | None  # of all pages; None: there are more than MAX_GROUPED hits


def group_page(searcher: Any, compiled_query: Any, request: SearchRequest, total: int) -> GroupPage:
    """Return the groups of the page that *request* describes.

    Args:
        searcher: of one commit.
        compiled_query: the query of *request* with its filters.
        request: groups by family.
        total: the number of hits of *compiled_query*.
    """
    first = request.first_rank or 0
    walk = _GroupWalk(searcher, compiled_query, request)
    heads = walk.heads(first + request.size + 1)[first:]
    families = {document.family for document, _ in heads if document.family}
    selection = TantivySelection(searcher, compiled_query)
    if total <= MAX_GROUPED:
        sizes = dict(selection.top_values("family", MAX_GROUPED))
        groups = count_groups(total, sizes)
    else:
        sizes, groups = _sizes(searcher, compiled_query, families), None
    hits = [build_hit(document, request.query, score) for document, score in heads]
    return GroupPage(with_sizes(hits, sizes), groups)


@dataclass(slots=True)
class _GroupWalk:
    """A walk over the groups in the order of hits; copies of earlier ones are skipped."""

    searcher: Any
    compiled_query: Any
    request: SearchRequest
    passed_groups: PassedGroups = field(default_factory=PassedGroups)

    def heads(self, n: int) -> list[ScoredDocument]:
        """Return the first hit of each of the next *n* groups; fewer: there are no more."""
        heads: list[ScoredDocument] = []
        while len(heads) < n:
            batch = self._batch(2 * n)
            earlier_families = self._earlier_families(document for document, _ in batch)
            rows = ((row[0], row) for row in batch)
            heads += self.passed_groups.new_heads(rows, earlier_families)
            if len(batch) < 2 * n:
                break
        return heads[:n]

    def _batch(self, n: int) -> list[ScoredDocument]:
        """Return the first *n* hits of groups that were not passed."""
        groups = {"family": self.passed_groups.families, "id": self.passed_groups.lone_ids}
        remaining = QUERIES.excluding(self.compiled_query, groups)
        if self.request.is_ranked:
            return ranked_documents(self.searcher, remaining, 0, n)
        documents = newest_documents(self.searcher, remaining, self.request.position, n)
        return [(document, None) for document in documents]

    def _earlier_families(self, documents: Iterable[Document]) -> set[str]:
        """Return the families of *documents* whose newest member is on an earlier page."""
        token = self.request.position
        families = {document.family for document in documents if document.family}
        if token is None or not families:
            return set()
        newer = conjunction(self.compiled_query, QUERIES.before(sort_order(token)))
        return {*_sizes(self.searcher, newer, families), *self._families_at(token)}

    def _families_at(self, token: PageToken) -> set[str]:
        """Return the families of hits that share the order of *token* and do not follow it."""
        at_token = conjunction(self.compiled_query, QUERIES.at(sort_order(token)))
        documents = newest_documents(self.searcher, at_token, None, MAX_HITS)
        return {d.family for d in documents if d.family and d.id <= token.id}


def _sizes(searcher: Any, compiled_query: Any, families: set[str]) -> dict[str, int]:
    """Return the number of hits in each of *families*; those without hits are left out."""
    if not families:
        return {}
    members = conjunction(compiled_query, QUERIES.any_of("family", families))
    return dict(TantivySelection(searcher, members).top_values("family", len(families)))
