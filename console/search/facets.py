"""Counts by field for a search, each under all the other filters."""

from collections.abc import Callable, Iterator, Mapping

from console.layout import DisplayNames
from console.search.entity_links import place_name
from console.search.params import FILTERS, SearchParams
from indexer.facets import FacetCounts
from templates.contexts.search import Facet, FacetValue, Pill
from templates.i18n import Translator

Label = Callable[[str, str], str]


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
        "role": lambda role: translate(f"role.{role}"),
        "language": lambda code: translate("facet.named", code=code),
        "place": lambda place: translate(place_name(place)),
        "tag": "#{}".format,
    }
    return lambda field, value: labelers.get(field, str)(value)


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
