"""The search form, filled with the parameters of the request, and errors in its query."""

import re
from collections.abc import Iterator
from typing import Final

from console.context import AppContext
from console.layout import DisplayNames
from console.search import facets
from console.search.params import RANGES, SearchParams
from console.search.search import SearchProblem
from indexer.results import Sort
from templates.contexts.layout import Layout
from templates.contexts.search import QueryMistake, SearchPage, SelectOption
from templates.i18n import msg

_FIELD: Final = re.compile(r'[^\W\d]\w*:("(\\.|[^"\\])*"|[^\s()"]*)', re.DOTALL)  # as the grammar


def search_form(
    app_context: AppContext, params: SearchParams, layout: Layout, display_names: DisplayNames
) -> SearchPage:
    """Return the search page of *params* with its form and no results."""
    now = app_context.now()
    start, end = params.window(now)
    return SearchPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=layout,
        json_url=params.url("/search.json"),
        query=params.q,
        ranges=tuple(_ranges(params)),
        hidden_fields=tuple(_hidden_fields(params)),
        pills=facets.build_pills(params, facets.make_label(display_names, app_context.locale)),
        clear_url=params.unfiltered_url(),
        start=start or end,
        end=end,
        newer_url=params.newer_url(),
    )


def explain_problem(problem: SearchProblem) -> QueryMistake:
    """Return *problem* as the page shows it, with a link to the query that the hint suggests."""
    hint_url = problem.params.url(q=apply_hint(problem)) if problem.hint else ""
    return QueryMistake(
        message=problem.message, column=problem.column, hint=problem.hint, hint_url=hint_url
    )


def apply_hint(problem: SearchProblem) -> str:
    """Return the whole query with the hint of *problem* applied.

    A hint for a field replaces that field alone; any other replaces the whole query.
    """
    query = problem.params.q
    field = _FIELD.match(query, problem.column or 0)
    if field is None:
        return problem.hint
    return query[: field.start()] + problem.hint + query[field.end() :]


def _ranges(params: SearchParams) -> Iterator[SelectOption]:
    others = ("all", "chosen") if params.range == "chosen" else ("all",)
    for name in (*RANGES, *others):
        label = f"search.last_{name}" if name in RANGES else f"search.{name}"
        yield SelectOption(value=name, label=msg(label), is_selected=name == params.range)


def _hidden_fields(params: SearchParams) -> Iterator[tuple[str, str]]:
    """Yield the parameters that the form submits without a visible field."""
    yield from params.filter_pairs()
    if params.range == "chosen":
        yield from (pair for pair in params.window_parameters() if pair[1])
    if params.sort is not Sort.NEWEST:
        yield "sort", str(params.sort)
