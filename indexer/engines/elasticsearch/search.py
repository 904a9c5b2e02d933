"""A search of the index in few requests to the server: all its parts run together."""

from collections.abc import Callable
from datetime import timedelta

from indexer.engines.elasticsearch.dsl import Dsl, build_query
from indexer.engines.elasticsearch.groups import group_rows
from indexer.engines.elasticsearch.hits import hit_rows
from indexer.engines.elasticsearch.numbers import facet, histogram
from indexer.engines.elasticsearch.steps import Answer, Body, Part, run_together
from indexer.request import Filters, SearchRequest
from indexer.results import SearchResponse


def search(request: SearchRequest, send: Callable[[Body], Answer]) -> SearchResponse:
    """Return the response to *request*; *send* sends the body of a request to the server."""
    query = _query(request)
    parts: dict[str, Part] = {
        "hits": group_rows(request) if request.group_by_family else hit_rows(request)
    }
    parts |= {name: facet(request, name) for name in request.facets}
    if request.histogram:
        parts["histogram"] = histogram(request)
    results = run_together(parts, lambda body: send({"query": query, **body}))
    page = results["hits"]
    return request.build_response(
        page.rows,
        total=page.total,
        groups=page.groups,
        facets={name: results[name] for name in request.facets},
        histogram=results.get("histogram", ()),
    )


def _query(request: SearchRequest) -> Dsl:
    """Return the query whose documents the aggregations of *request* see.

    Hits and aggregations narrow it: a facet by all filters but its own, the weeks before by their
    own windows. Without either, the query has all filters.
    """
    filters = request.filters
    if not request.facets and not request.histogram:
        return build_query(request.query, filters)
    since = filters.since
    if since and request.histogram:
        # A wall-clock week may be an hour longer, and a bucket starts before its window.
        since -= timedelta(weeks=request.histogram.past_weeks, days=2)
    return build_query(request.query, Filters(since=since, until=filters.until))
