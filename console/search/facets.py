"""Counts by field beside a search, each under all the other filters."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from console.layout import Names
from console.search.entity_links import called_place
from console.search.params import FILTERS, SearchState
from console.search.searching import Search
from indexer.facets import Counted
from indexer.query import Field
from indexer.query.nodes import all_of
from templates.contexts.search import Facet, FacetValue, Pill
from templates.i18n import Say

Label = Callable[[str, str], str]
MOST: Final = 10  # values of a facet


def count(search: Search) -> Mapping[str, Counted]:
    """The fullest values of each filter; those in force are among them, whatever their count."""
    state = search.state
    free = [name for name in FILTERS if not getattr(state, name)]
    counts = dict(search.index.facets(search.query, search.filters, fields=free, n=MOST))
    return counts | {name: _narrowed(search, name) for name in FILTERS if name not in counts}


def facets(counts: Mapping[str, Counted], state: SearchState, label: Label) -> tuple[Facet, ...]:
    """The facets as links."""
    return tuple(
        Facet(name=name, values=tuple(_values(name, counts[name], state, label)))
        for name in FILTERS
        if counts[name]
    )


def pills(state: SearchState, label: Label) -> tuple[Pill, ...]:
    """The filters in force."""
    return tuple(
        Pill(field=name, value=label(name, value), url=state.toggle(name, value))
        for name, value in state.pairs()
    )


def labels(called: Names, locale: str) -> Label:
    """How people call the values of the filters: (field, value) to words."""
    say = Say(locale=locale)
    known: Mapping[str, Callable[[str], str]] = {
        "topic": called.topic,
        "watch": called.watch,
        "emotion": lambda emotion: say(f"emotion.{emotion}"),
        "intent": lambda intent: say(f"intent.{intent}"),
        "language": lambda code: say("facet.named", code=code),
        "place": lambda place: say(called_place(place)),
        "tag": "#{}".format,
    }
    return lambda field, value: known.get(field, str)(value)


def _narrowed(search: Search, name: str) -> Counted:
    """The values of a filter in force, those chosen first."""
    others = search.state.filters(search.start, search.end, but=name)
    chosen = {
        str(value): search.index.count(all_of([search.query, Field(name, value)]), others)
        for value in getattr(search.state, name)
    }
    fullest = search.index.facets(search.query, others, fields=[name], n=MOST)[name]
    return [*chosen.items(), *(row for row in fullest if row[0] not in chosen)]


def _values(name: str, counted: Counted, state: SearchState, label: Label) -> Iterator[FacetValue]:
    fullest = max(n for _, n in counted) or 1
    for value, n in counted:
        yield FacetValue(
            label=label(name, value),
            count=n,
            share=n / fullest,
            url=state.toggle(name, value),
            chosen=value in getattr(state, name),
            tone=value if name == "sentiment" else "",
        )
