"""The hits of a page: their order, their position, and the response of the server as hits."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from indexer.engines.elasticsearch.dsl import Dsl, all_conditions
from indexer.engines.elasticsearch.mapping import PUBLISHED, document_from_source
from indexer.engines.elasticsearch.steps import Answer, Body
from indexer.query import Query
from indexer.request import SearchRequest
from indexer.results import Hit, PageToken, build_hit

NEWEST_FIRST: Final = [{PUBLISHED: {"order": "desc", "format": "epoch_second"}}, {"id": "asc"}]


@dataclass(frozen=True, slots=True)
class HitRows:
    """The hits of one page."""

    rows: list[Hit]  # one more than the size of the request if there is a next page
    total: int
    groups: int | None = None  # of near-duplicates; None: not counted


def hit_rows(request: SearchRequest) -> Generator[Body, Answer, HitRows]:
    """Fetch the hits of *request*, near-duplicates included."""
    body: Dsl = {
        **order(request),
        "size": request.size + 1,
        "track_total_hits": True,
        "post_filter": all_conditions(request.filters),
    }
    if request.position:
        body["search_after"] = sort_values(request.position)
    answer = yield body
    return HitRows(hits_of(answer, request.query), answer["hits"]["total"]["value"])


def order(request: SearchRequest) -> Dsl:
    """Return the part of a body that sorts the hits of *request* and cuts those before its rank."""
    body: Dsl = {"sort": NEWEST_FIRST, "source_excludes": ["words"]}
    if not request.is_ranked:
        return body
    # Scores of several shards are comparable only with word counts over all of them.
    ranking = {"search_type": "dfs_query_then_fetch", "sort": ["_score", *NEWEST_FIRST]}
    return body | ranking | {"from_": request.first_rank}


def sort_values(position: PageToken) -> Sequence[str]:
    """Return the values of NEWEST_FIRST at *position*."""
    return [str(position.published), position.id]


def hits_of(answer: Answer, query: Query) -> list[Hit]:
    """Return the hits in *answer*, with the highlights of *query*."""
    rows: list[Any] = answer["hits"]["hits"]
    return [build_hit(document_from_source(r["_source"]), query, r["_score"]) for r in rows]
