"""Groups of near-duplicates: one hit for each family, with its size, in the order of hits."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from indexer.engines.elasticsearch.dsl import Dsl, all_conditions, hits_after, no_condition
from indexer.engines.elasticsearch.hits import HitRows, hits_of, order
from indexer.engines.elasticsearch.numbers import NO_VALUES, terms_among, top_terms
from indexer.engines.elasticsearch.steps import Answer, Body, aggregations
from indexer.facets import value_counts
from indexer.groups import PassedGroups, count_groups, with_sizes
from indexer.request import SearchRequest
from indexer.results import MAX_GROUPED, MAX_HITS, Hit

# Families whose sizes the first request counts; a search with more takes another one.
FIRST_FAMILIES: Final = 1_000
# Heads of groups for each that a later page shows: some of them are on earlier pages.
SPARE_HEADS: Final = 5

_NO_HITS: Final[Mapping[str, Any]] = {
    "doc_count": 0,
    "families": NO_VALUES,
    "lone": {"doc_count": 0},
}
_COLLAPSE: Final = {"collapse": {"field": "family"}}


def group_rows(request: SearchRequest) -> Generator[Body, Answer, HitRows]:
    """Fetch the groups of *request*: one request if its hits have few families, else two or three.

    A mention without a family is a group by itself. A search that finds such mentions takes more
    requests: the server would collapse all of them into one. No crawl stores one.
    """
    walk = _GroupWalk(request)
    answer = yield {**walk.batch(), "aggs": {**_all_hits(request), **walk.earlier_list()}}
    hits = aggregations(answer).get("hits", _NO_HITS)
    walk.take_earlier_list(answer)
    if hits["lone"]["doc_count"]:
        walk.is_collapsed = False
        answer = yield walk.batch()
    heads = yield from walk.heads(answer)
    sizes, groups = hits["families"], None
    if hits["doc_count"] <= MAX_GROUPED:
        if sizes["sum_other_doc_count"]:
            answer = yield {"aggs": _all_hits(request, MAX_GROUPED)}
            sizes = aggregations(answer)["hits"]["families"]
        groups = count_groups(hits["doc_count"], value_counts(sizes))
    elif sizes["sum_other_doc_count"]:
        among = {"families": terms_among("family", _families(heads))}
        answer = yield {"aggs": _count_hits(request, among)}
        sizes = aggregations(answer)["hits"]["families"]
    return HitRows(with_sizes(heads, value_counts(sizes)), hits["doc_count"], groups)


@dataclass(slots=True)
class _GroupWalk:
    """A walk over the groups in the order of hits; copies of earlier ones are skipped."""

    request: SearchRequest
    is_collapsed: bool = True  # the server returns the first hit of each family alone
    earlier_families: set[str] | None = None  # on earlier pages; None: too many to list
    passed_groups: PassedGroups = field(default_factory=PassedGroups)

    def batch(self) -> Body:
        """Return the body of a request for hits of groups that were not passed."""
        position = self.request.position
        others = [hits_after(position)] if position else []
        conditions = all_conditions(self.request.filters, *others, *self._exclusions())
        body = {**order(self.request), "post_filter": conditions, "size": self._batch_size()}
        return body | (_COLLAPSE if self.is_collapsed else {"from_": 0})

    def earlier_list(self) -> Dsl:
        """Return the aggregation of the families on earlier pages; {} if there are none."""
        if not self.request.position:
            return {}
        return self._count_earlier(top_terms("family", MAX_GROUPED))

    def take_earlier_list(self, answer: Answer) -> None:
        """Take the families on earlier pages from *answer*, if all are listed there."""
        families = _earlier(answer)
        if not families["sum_other_doc_count"]:
            self.earlier_families = set(value_counts(families))

    def heads(self, answer: Answer) -> Generator[Body, Answer, list[Hit]]:
        """Return the first hit of each group of the page, and one more if there is a next page.

        Args:
            answer: to the first :meth:`batch`.
        """
        first = 0 if self.is_collapsed else self.request.first_rank or 0
        end = first + self.request.size + 1
        heads: list[Hit] = []
        while True:
            batch = hits_of(answer, self.request.query)
            earlier_families = self.earlier_families
            if earlier_families is None:
                answer = yield {
                    "aggs": self._count_earlier(terms_among("family", _families(batch)))
                }
                earlier_families = set(value_counts(_earlier(answer)))
            rows = ((hit.document, hit) for hit in batch)
            heads += self.passed_groups.new_heads(rows, earlier_families)
            if len(heads) >= end or len(batch) < self._batch_size():
                return heads[first:end]
            answer = yield self.batch()

    def _exclusions(self) -> list[Dsl]:
        families = self.passed_groups.families | (self.earlier_families or set())
        exclusions = {"family": families, "id": self.passed_groups.lone_ids}
        lists = [{"terms": {name: sorted(values)}} for name, values in exclusions.items() if values]
        return [no_condition(*lists)] if lists else []

    def _batch_size(self) -> int:
        if not self.is_collapsed:
            return MAX_HITS
        n = self.request.size + 1
        return min(SPARE_HEADS * n, MAX_HITS + 1) if self.request.position else n

    def _count_earlier(self, families: Dsl) -> Dsl:
        assert self.request.position is not None
        shown_hits = no_condition(hits_after(self.request.position))
        conditions = all_conditions(self.request.filters, shown_hits)
        return {"earlier": {"filter": conditions, "aggs": {"families": families}}}


def _earlier(answer: Answer) -> Mapping[str, Any]:
    """Return the families on earlier pages in *answer*."""
    families: Mapping[str, Any] = aggregations(answer).get("earlier", _NO_HITS)["families"]
    return families


def _families(hits: Iterable[Hit]) -> list[str]:
    return sorted({hit.document.family for hit in hits if hit.document.family})


def _all_hits(request: SearchRequest, size: int = FIRST_FAMILIES) -> Dsl:
    """Return the aggregation of all hits: their number, and their *size* largest families.

    A family of one hit is left out.
    """
    largest = top_terms("family", size)["terms"] | {"min_doc_count": 2}
    lone = {"missing": {"field": "family"}}
    return _count_hits(request, {"families": {"terms": largest}, "lone": lone})


def _count_hits(request: SearchRequest, aggs: Dsl) -> Dsl:
    return {"hits": {"filter": all_conditions(request.filters), "aggs": aggs}}
