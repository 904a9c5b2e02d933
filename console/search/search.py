"""A search of the console: parameters -> one request to the index -> its response."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from alerts.messages.hourly_bars import BASELINE_WEEKS
from console.context import AppContext
from console.search.histogram import bar_width
from console.search.params import FILTERS, MAX_WINDOW, SearchParams
from console.search.url_parameters import parse_parameters
from core.errors import HarkenError, QueryError
from core.timestamps import UNDATED
from indexer.query import Query, parse
from indexer.request import HistogramRequest, SearchRequest
from indexer.results import SearchResponse
from templates.i18n import Translator, msg

CARDS_PER_PAGE: Final = 20  # groups of near-duplicates on the page
PAGE_SIZE: Final = 100  # hits of the JSON twin
MAX_VALUES: Final = 10  # values of a facet, beside the selected ones


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The response of the index to a search over [start, end)."""

    params: SearchParams
    query: Query
    start: datetime
    end: datetime
    response: SearchResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProblem:
    """The reason why a search has no response."""

    params: SearchParams  # those that are valid
    status: HTTPStatus
    message: str
    column: int | None = None  # of a mistake in the query, from 0
    hint: str = ""  # as in QueryError


def run_search(
    app_context: AppContext,
    parameters: Iterable[tuple[str, str]],
    now: datetime,
    *,
    is_grouped: bool,
) -> SearchResult | SearchProblem:
    """Return the response to the *parameters* of an address: 1 request to the index.

    Args:
        app_context: of the console.
        parameters: names and values as the address has them, valid or not.
        now: the end of relative time ranges.
        is_grouped: return one hit for each group of near-duplicates.
    """
    translate = Translator(zone=app_context.zone, locale=app_context.locale)
    params, mistakes = parse_parameters(parameters)
    if mistakes:
        message = " ".join(translate(mistake) for mistake in mistakes)
        return SearchProblem(params=params, status=HTTPStatus.UNPROCESSABLE_ENTITY, message=message)
    try:
        query = parse(params.q)
        request = build_request(params, query, app_context.zone, now, is_grouped=is_grouped)
        response = app_context.index.search(request)
    except QueryError as error:
        return SearchProblem(
            params=params,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            message=str(error),
            column=error.column,
            hint=error.hint,
        )
    except HarkenError as error:
        return SearchProblem(
            params=params,
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            message=translate(msg("search.unavailable", reason=str(error))),
        )
    return _result(params, query, request, response)


def build_request(
    params: SearchParams, query: Query, zone: str, now: datetime, *, is_grouped: bool
) -> SearchRequest:
    """Return the request for the page of *params* at *now*, with facets and histogram.

    Raises:
        QueryError: the page token belongs to another order.
    """
    start, end = params.window(now)
    histogram = HistogramRequest(
        width=bar_width,
        zone=ZoneInfo(zone),
        past_weeks=BASELINE_WEEKS,
        starts_at_first_mention=start is None,
    )
    return SearchRequest(
        query=query,
        filters=params.filters(start or _earliest(params, end), end),
        sort=params.sort,
        size=CARDS_PER_PAGE if is_grouped else PAGE_SIZE,
        page_token=params.after[-1] if params.after else None,
        group_by_family=is_grouped,
        facets=FILTERS,
        facet_size=MAX_VALUES,
        histogram=histogram,
    )


def _earliest(params: SearchParams, end: datetime) -> datetime:
    """Return the start of a window that starts at the first mention: all have undated ones, too."""
    return UNDATED if params.range == "all" else end - MAX_WINDOW


def _result(
    params: SearchParams, query: Query, request: SearchRequest, response: SearchResponse
) -> SearchResult:
    start, end = request.filters.since, request.filters.until
    assert start is not None
    assert end is not None
    first_bar = response.histogram[0].start.astimezone(UTC)
    return SearchResult(
        params=params, query=query, start=max(start, first_bar), end=end, response=response
    )
