"""Counts by field for a search, each under all the other filters."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from console.layout import DisplayNames
from console.search.entity_links import place_name
from console.search.params import FILTERS, SearchParams
from console.search.results import Search
from indexer.facets import FacetCounts
from indexer.query import Field
from indexer.query.nodes import all_of
from templates.contexts.search import Facet, FacetValue, Pill
from templates.i18n import Translator

Label = Callable[[str, str], str]
MAX_VALUES: Final = 10  # values of a facet


def count_facets(search: Search) -> Mapping[str, FacetCounts]:
    """Return the most frequent values of each filter; selected values are always among them."""
    params = search.params
    inactive = [name for name in FILTERS if not getattr(params, name)]
    counts = dict(search.index.facets(search.query, search.filters, fields=inactive, n=MAX_VALUES))
    return counts | {name: _active_filter(search, name) for name in FILTERS if name not in counts}


def build_facets(
    counts: Mapping[str, FacetCounts], params: SearchParams, label: Label
) -> tuple[Facet, ...]:
    """Return the facets as links that toggle each value."""
    return tuple(
        Facet(name=name, values=tuple(_values(name, counts[name], params, label)))
        for name in FILTERS
        if counts[name]
    )


def build_pills(params: SearchParams, label: Label) -> tuple[Pill, ...]:
    """Return a link to remove each selected filter value."""
    return tuple(
        Pill(field=name, value=label(name, value), url=params.toggle(name, value))
        for name, value in params.filter_pairs()
    )


def make_label(display_names: DisplayNames, locale: str) -> Label:
    """Return a function from (field, value) to the display name of a filter value."""
    translate = Translator(locale=locale)
    labelers: Mapping[str, Callable[[str], str]] = {
        "topic": display_names.topic,
        "watch": display_names.watch,
        "emotion": lambda emotion: translate(f"emotion.{emotion}"),
        "intent": lambda intent: translate(f"intent.{intent}"),
        "language": lambda code: translate("facet.named", code=code),
        "place": lambda place: translate(place_name(place)),
        "tag": "#{}".format,
    }
    return lambda field, value: labelers.get(field, str)(value)


def _active_filter(search: Search, name: str) -> FacetCounts:
    """Return the counts of a filter in use, selected values first."""
    other_filters = search.params.filters(search.start, search.end, but=name)
    selected_counts = {
        str(value): search.index.count(all_of([search.query, Field(name, value)]), other_filters)
        for value in getattr(search.params, name)
    }
    fullest = search.index.facets(search.query, other_filters, fields=[name], n=MAX_VALUES)[name]
    return [*selected_counts.items(), *(row for row in fullest if row[0] not in selected_counts)]


def _values(
    name: str, value_counts: FacetCounts, params: SearchParams, label: Label
) -> Iterator[FacetValue]:
    peak = max(n for _, n in value_counts) or 1
    for value, n in value_counts:
        yield FacetValue(
            label=label(name, value),
            count=n,
            share=n / peak,
            url=params.toggle(name, value),
            is_selected=value in getattr(params, name),
            tone=value if name == "sentiment" else "",
        )
