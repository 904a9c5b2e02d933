"""``/`` and ``/search``: mentions by query, time and filters."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console import responses
from console.context import AppContext
from console.errors import log_unanswered
from console.layout import DisplayNames, build_layout, load_display_names
from console.responses import AppContextDep
from console.search import facets
from console.search.form import explain_problem, search_form
from console.search.histogram import bar_chart, bar_rows, bar_width, build_bars
from console.search.mention_cards import CardBuilder
from console.search.search import SearchProblem, SearchResult, run_search
from console.serializers import mention_row
from core.incident import Incident
from core.mention import Mention, MentionState
from indexer.highlight import highlights
from store import mentions
from store.alerts import incidents
from templates.contexts.search import SearchPage

router = APIRouter()


@router.get("/")
@router.get("/search")
def page(request: Request, app_context: AppContextDep) -> Response:
    """Return the results page; a problem is explained above the form, which keeps its content."""
    now = app_context.now()
    result = _run(request, app_context, now, is_grouped=True)
    if isinstance(result, SearchProblem):
        context = _problem_page(app_context, result, now)
        return responses.html_response("search", context, result.status)
    return responses.html_response("search", _results_page(app_context, result, now))


@router.get("/search.json")
def page_json(request: Request, app_context: AppContextDep) -> Response:
    """Return the page for scripts: every hit, near-identical ones included."""
    now = app_context.now()
    result = _run(request, app_context, now, is_grouped=False)
    if isinstance(result, SearchProblem):
        keys = _problem_keys(result)
        return responses.json_response("search", keys, now=now, status=result.status)
    return responses.json_response("search", _result_keys(app_context, result), now=now)


def _run(
    request: Request, app_context: AppContext, now: datetime, *, is_grouped: bool
) -> SearchResult | SearchProblem:
    parameters = request.query_params.multi_items()
    result = run_search(app_context, parameters, now, is_grouped=is_grouped)
    if isinstance(result, SearchProblem) and result.status == HTTPStatus.SERVICE_UNAVAILABLE:
        log_unanswered(request.url.path, result.message)
    return result


def _results_page(app_context: AppContext, result: SearchResult, now: datetime) -> SearchPage:
    params, response = result.params, result.response
    with app_context.database.read() as tx:
        display_names = load_display_names(tx)
        layout = build_layout(tx, "search", now=now, names=display_names)
        overlapping = incidents.overlapping(tx, since=result.start, until=result.end)
        rows = mentions.get(tx, [hit.id for hit in response.hits])
    cards = _card_builder(result, display_names, overlapping)
    chart = bar_chart(
        build_bars(response.histogram),
        params,
        _of_watches(result, overlapping),
        zone=app_context.zone,
    )
    label = facets.make_label(display_names, app_context.locale)
    return replace(
        search_form(app_context, params, layout, display_names),
        start=result.start,
        end=result.end,
        total=response.total,
        distinct=response.groups,
        bucket=bar_width(result.end - result.start),
        chart=chart,
        facets=facets.build_facets(response.facets, params, label),
        results=tuple(cards.build(mention) for mention in _not_deleted(rows)),
        older_url=_next_url(result, "/"),
        wider_url=params.url(range="all") if params.range != "all" else "",
        took=app_context.now() - now,
    )


def _card_builder(
    result: SearchResult, display_names: DisplayNames, overlapping: Iterable[Incident]
) -> CardBuilder:
    hits = result.response.hits
    return CardBuilder(
        names=display_names,
        query=result.query,
        duplicate_counts={hit.document.family or "": hit.group_size - 1 for hit in hits},
        incidents=tuple(overlapping),
    )


def _problem_page(app_context: AppContext, problem: SearchProblem, now: datetime) -> SearchPage:
    with app_context.database.read() as tx:
        display_names = load_display_names(tx)
        layout = build_layout(tx, "search", now=now, names=display_names)
        form_page = search_form(app_context, problem.params, layout, display_names)
    return replace(form_page, json_url="", mistake=explain_problem(problem))


def _problem_keys(problem: SearchProblem) -> dict[str, Any]:
    return {
        "query": problem.params.q,
        "error": problem.message,
        "column": problem.column,
        "hint": problem.hint,
    }


def _result_keys(app_context: AppContext, result: SearchResult) -> dict[str, Any]:
    response = result.response
    with app_context.database.read() as tx:
        rows = mentions.get(tx, [hit.id for hit in response.hits])
    return {
        "query": result.params.q,
        "start": result.start,
        "end": result.end,
        "total": response.total,
        "mentions": [
            mention_row(m) | {"highlights": highlights(result.query, m.text)}
            for m in _not_deleted(rows)
        ],
        "histogram": bar_rows(build_bars(response.histogram)),
        "facets": {
            name: [{"value": value, "count": n} for value, n in counts]
            for name, counts in response.facets.items()
        },
        "next": _next_url(result, "/search.json") or None,
    }


def _not_deleted(rows: Iterable[Mention]) -> list[Mention]:
    """Return *rows* without deleted mentions: a deletion reaches the database before the index."""
    return [mention for mention in rows if mention.state is not MentionState.DELETED]


def _next_url(result: SearchResult, path: str) -> str:
    """Return the address of the next page; empty on the last."""
    token = result.response.next_page_token
    return result.params.older_url(token, path) if token else ""


def _of_watches(result: SearchResult, overlapping: Iterable[Incident]) -> list[Incident]:
    """Return the incidents of the selected watches, or all of them without a watch filter."""
    watches = result.params.watch
    return [i for i in overlapping if not watches or i.watch in watches]
