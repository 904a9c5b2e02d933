"""What a mention names, for people: grouped, and each linked to what else names it."""

from collections.abc import Iterator
from typing import Final

from console.search.params import SearchState
from core.entity import Entity, Kind
from core.mention import Mention
from indexer.query import Field
from indexer.query.nodes import quoted
from templates.contexts.search import Group, Link
from templates.i18n import Phrase, phrase

# The field of the query language that finds it; a person can be found by words alone.
_FIELDS: Final = {
    Kind.PRODUCT: "product",
    Kind.PLACE: "place",
    Kind.HASHTAG: "tag",
    Kind.LINK: "link",
}


def groups(mention: Mention) -> Iterator[Group]:
    """What *mention* names, by kind, and the phrases that carry it; groups of nothing are none."""
    for kind in Kind:
        links = tuple(_link(entity) for entity in mention.entities if entity.kind is kind)
        if links:
            yield Group(label=phrase(f"named.{kind}"), links=links)
    if mention.phrases:
        said = (
            Link(label=phrase("named.plain", said=p), url=_url(quoted(p))) for p in mention.phrases
        )
        yield Group(label=phrase("named.phrase"), links=tuple(said))


def called_place(value: str) -> Phrase:
    """A place as people call it, from its value in the record or, in lower case, in an index."""
    country, _, city = value.partition("/")
    if not city:
        return phrase("named.country", country=country.upper())
    city = city.title() if city.islower() else city
    return phrase("named.city", country=country.upper(), city=city)


def _link(entity: Entity) -> Link:
    is_place = entity.kind is Kind.PLACE
    plain = entity.said if entity.kind is Kind.HASHTAG else entity.value
    label = called_place(entity.value) if is_place else phrase("named.plain", said=plain)
    field = _FIELDS.get(entity.kind)
    query = str(Field(field, entity.value.lower())) if field else quoted(entity.value)
    return Link(label=label, url=_url(query))


def _url(query: str) -> str:
    return SearchState(q=query, range="all").url()
