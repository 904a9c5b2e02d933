"""The search page before anything is found: its form, filled with what was asked."""

from collections.abc import Iterator

from console.context import AppContext
from console.layout import DisplayNames
from console.search import facets
from console.search.params import RANGES, SearchParams
from indexer.results import Sort
from templates.contexts.layout import Layout
from templates.contexts.search import SearchPage, SelectOption
from templates.i18n import msg


def search_form(
    app_context: AppContext, params: SearchParams, layout: Layout, display_names: DisplayNames
) -> SearchPage:
    """The page of *state* with nothing found yet."""
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


def _ranges(params: SearchParams) -> Iterator[SelectOption]:
    others = ("all", "chosen") if params.range == "chosen" else ("all",)
    for name in (*RANGES, *others):
        label = f"search.last_{name}" if name in RANGES else f"search.{name}"
        yield SelectOption(value=name, label=msg(label), is_selected=name == params.range)


def _hidden_fields(params: SearchParams) -> Iterator[tuple[str, str]]:
    """What the form sends along beside its own fields."""
    yield from params.filter_pairs()
    if params.range == "chosen":
        yield from (pair for pair in params.window_parameters() if pair[1])
    if params.sort is not Sort.NEWEST:
        yield "sort", str(params.sort)
