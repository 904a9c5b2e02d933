"""``/``: what was said, by query, time and filters."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from console import responses
from console.context import Desk
from console.layout import names, shell
from console.responses import At
from console.search import facets
from console.search.form import form
from console.search.histogram import histogram
from console.search.mention_cards import Cards
from console.search.mistakes import mistake
from console.search.params import SearchState
from console.search.results import Folded, fold
from console.search.searching import Search, search
from console.serializers import mention_row
from core.errors import QueryError
from core.incident import Incident
from core.mention import State
from indexer.highlight import highlights
from indexer.query import parse
from store import mentions
from store.alerts import incidents
from templates.contexts.search import SearchPage

router = APIRouter()
Asked = Annotated[SearchState, Query()]


@router.get("/")
@router.get("/search")
def page(desk: At, state: Asked) -> Response:
    """The page; a query that cannot be understood is shown with its mistake."""
    now = desk.now()
    try:
        query = parse(state.q)
        found = _found(desk, search(desk.index, query, state, zone=desk.zone, now=now), now)
    except QueryError as error:
        return responses.page(
            "search", _mistaken(desk, state, error, now), HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return responses.page("search", found)


@router.get("/search.json")
def twin(desk: At, state: Asked) -> Response:
    """The same for scripts: every hit of the page, near-identical ones too."""
    now = desk.now()
    try:
        query = parse(state.q)
        rows = _rows(desk, search(desk.index, query, state, zone=desk.zone, now=now))
    except QueryError as error:
        wrong = {"query": state.q, "error": str(error), "column": error.column, "hint": error.hint}
        return responses.twin("search", wrong, now=now, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return responses.twin("search", rows, now=now)


def _found(desk: Desk, asked: Search, now: datetime) -> SearchPage:
    state, folded = asked.state, fold(asked)
    bars = histogram(asked.index, asked.query, asked.filters, zone=desk.zone)
    counts, distinct = facets.count(asked), asked.distinct(folded.total)
    with desk.record.read() as tx:
        called, around = names(tx), shell(tx, "search", now=now)
        told = incidents.within(tx, since=asked.start, until=asked.end)
        found = mentions.get(tx, [hit.id for hit in folded.hits])
    cards = Cards(names=called, query=asked.query, alike=folded.alike, incidents=told)
    return replace(
        form(desk, state, around, called),
        start=asked.start,
        end=asked.end,
        total=folded.total,
        distinct=distinct,
        bucket=bars.width,
        chart=bars.plot(state, _concerned(state, told)),
        facets=facets.facets(counts, state, facets.labels(called, desk.locale)),
        # The record knows of a deletion before the index does.
        results=tuple(cards.card(m) for m in found if m.state is not State.DELETED),
        older_url=_older(state, folded),
        wider_url=state.url(range="all") if state.range != "all" else "",
        took=desk.now() - now,
    )


def _mistaken(desk: Desk, state: SearchState, error: QueryError, now: datetime) -> SearchPage:
    with desk.record.read() as tx:
        blank = form(desk, state, shell(tx, "search", now=now), names(tx))
    return replace(blank, json_url="", mistake=mistake(error, state))


def _older(state: SearchState, folded: Folded) -> str:
    return state.older(folded.next) if folded.next else ""


def _concerned(state: SearchState, told: Iterable[Incident]) -> Iterable[Incident]:
    """The incidents of the watches that are looked at."""
    return [i for i in told if not state.watch or i.watch in state.watch]


def _rows(desk: Desk, asked: Search) -> dict[str, Any]:
    state, hits = asked.state, asked.page()
    bars = histogram(asked.index, asked.query, asked.filters, zone=desk.zone)
    counts = facets.count(asked)
    with desk.record.read() as tx:
        found = mentions.get(tx, [hit.id for hit in hits.hits])
    return {
        "query": state.q,
        "start": asked.start,
        "end": asked.end,
        "total": hits.total,
        "mentions": [
            mention_row(m) | {"highlights": highlights(asked.query, m.text)}
            for m in found
            if m.state is not State.DELETED
        ],
        "histogram": bars.rows(),
        "facets": {
            name: [{"value": value, "count": n} for value, n in counted]
            for name, counted in counts.items()
        },
        "next": state.older(hits.next, "/search.json") if hits.next else None,
    }
