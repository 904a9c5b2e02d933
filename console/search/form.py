"""The search page before anything is found: its form, filled with what was asked."""

from collections.abc import Iterator

from console.context import Desk
from console.layout import Names
from console.search import facets
from console.search.params import RANGES, SearchState
from indexer.results import Sort
from templates.contexts.layout import Shell
from templates.contexts.search import Choice, SearchPage
from templates.i18n import phrase


def form(desk: Desk, state: SearchState, around: Shell, called: Names) -> SearchPage:
    """The page of *state* with nothing found yet."""
    now = desk.now()
    start, end = state.window(now)
    return SearchPage(
        zone=desk.zone,
        locale=desk.locale,
        shell=around,
        json_url=state.url("/search.json"),
        query=state.q,
        ranges=tuple(_ranges(state)),
        carried=tuple(_carried(state)),
        pills=facets.pills(state, facets.labels(called, desk.locale)),
        clear_url=state.unfiltered(),
        start=start or end,
        end=end,
        newer_url=state.newer(),
    )


def _ranges(state: SearchState) -> Iterator[Choice]:
    others = ("all", "chosen") if state.range == "chosen" else ("all",)
    for name in (*RANGES, *others):
        label = f"search.last_{name}" if name in RANGES else f"search.{name}"
        yield Choice(value=name, label=phrase(label), chosen=name == state.range)


def _carried(state: SearchState) -> Iterator[tuple[str, str]]:
    """What the form sends along beside its own fields."""
    yield from state.pairs()
    if state.range == "chosen":
        yield from (pair for pair in state.time() if pair[1])
    if state.sort is not Sort.NEWEST:
        yield "sort", str(state.sort)
