"""``/`` and ``/search``: mentions by query, time and filters."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from console import responses
from console.context import AppContext
from console.layout import build_layout, load_display_names
from console.responses import AppContextDep
from console.search import facets
from console.search.form import explain_mistake, search_form
from console.search.histogram import build_histogram
from console.search.mention_cards import CardBuilder
from console.search.params import SearchParams
from console.search.results import GroupedHits, Search, build_search, group_duplicates
from console.serializers import mention_row
from core.errors import QueryError
from core.incident import Incident
from core.mention import MentionState
from indexer.highlight import highlights
from indexer.query import parse
from store import mentions
from store.alerts import incidents
from templates.contexts.search import SearchPage

router = APIRouter()
SearchParamsDep = Annotated[SearchParams, Query()]


@router.get("/")
@router.get("/search")
def page(app_context: AppContextDep, params: SearchParamsDep) -> Response:
    """Return the results page; 422 with an explanation for an invalid query."""
    now = app_context.now()
    try:
        query = parse(params.q)
        context = _results_page(
            app_context,
            build_search(app_context.index, query, params, zone=app_context.zone, now=now),
            now,
        )
    except QueryError as error:
        return responses.html_response(
            "search", _error_page(app_context, params, error, now), HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return responses.html_response("search", context)


@router.get("/search.json")
def page_json(app_context: AppContextDep, params: SearchParamsDep) -> Response:
    """Return the page for scripts: every hit, near-identical ones included."""
    now = app_context.now()
    try:
        query = parse(params.q)
        result_keys = _json_keys(
            app_context,
            build_search(app_context.index, query, params, zone=app_context.zone, now=now),
        )
    except QueryError as error:
        error_keys = {
            "query": params.q,
            "error": str(error),
            "column": error.column,
            "hint": error.hint,
        }
        return responses.json_response(
            "search", error_keys, now=now, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return responses.json_response("search", result_keys, now=now)


def _results_page(app_context: AppContext, request: Search, now: datetime) -> SearchPage:
    params, groups = request.params, group_duplicates(request)
    bar_chart = build_histogram(
        request.index, request.query, request.filters, zone=app_context.zone
    )
    counts, distinct = facets.count_facets(request), request.count_families(groups.total)
    with app_context.database.read() as tx:
        display_names, layout = load_display_names(tx), build_layout(tx, "search", now=now)
        overlapping = incidents.overlapping(tx, since=request.start, until=request.end)
        rows = mentions.get(tx, [hit.id for hit in groups.hits])
    cards = CardBuilder(
        names=display_names,
        query=request.query,
        duplicate_counts=groups.duplicate_counts,
        incidents=overlapping,
    )
    return replace(
        search_form(app_context, params, layout, display_names),
        start=request.start,
        end=request.end,
        total=groups.total,
        distinct=distinct,
        bucket=bar_chart.width,
        chart=bar_chart.plot(params, _of_watches(params, overlapping)),
        facets=facets.build_facets(
            counts, params, facets.make_label(display_names, app_context.locale)
        ),
        # A deletion reaches the database before the index.
        results=tuple(cards.build(m) for m in rows if m.state is not MentionState.DELETED),
        older_url=_older_page(params, groups),
        wider_url=params.url(range="all") if params.range != "all" else "",
        took=app_context.now() - now,
    )


def _error_page(
    app_context: AppContext, params: SearchParams, error: QueryError, now: datetime
) -> SearchPage:
    with app_context.database.read() as tx:
        form_page = search_form(
            app_context, params, build_layout(tx, "search", now=now), load_display_names(tx)
        )
    return replace(form_page, json_url="", mistake=explain_mistake(error, params))


def _older_page(params: SearchParams, groups: GroupedHits) -> str:
    return params.older_url(groups.next) if groups.next else ""


def _of_watches(params: SearchParams, overlapping: Iterable[Incident]) -> Iterable[Incident]:
    """Return the incidents of the selected watches, or all of them without a watch filter."""
    return [i for i in overlapping if not params.watch or i.watch in params.watch]


def _json_keys(app_context: AppContext, request: Search) -> dict[str, Any]:
    params, hits = request.params, request.page()
    bar_chart = build_histogram(
        request.index, request.query, request.filters, zone=app_context.zone
    )
    counts = facets.count_facets(request)
    with app_context.database.read() as tx:
        rows = mentions.get(tx, [hit.id for hit in hits.hits])
    return {
        "query": params.q,
        "start": request.start,
        "end": request.end,
        "total": hits.total,
        "mentions": [
            mention_row(m) | {"highlights": highlights(request.query, m.text)}
            for m in rows
            if m.state is not MentionState.DELETED
        ],
        "histogram": bar_chart.rows(),
        "facets": {
            name: [{"value": value, "count": n} for value, n in value_counts]
            for name, value_counts in counts.items()
        },
        "next": params.older_url(hits.next_page_token, "/search.json")
        if hits.next_page_token
        else None,
    }
