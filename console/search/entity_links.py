"""Links from the entities and phrases of a mention to all mentions with the same one."""

from collections.abc import Iterator
from typing import Final

from console.search.params import SearchParams
from core.entity import Entity, EntityKind
from core.mention import Mention
from indexer.query import Field
from indexer.query.nodes import quote
from templates.contexts.search import EntityGroup, EntityLink
from templates.i18n import Message, msg

# Field of the query language for each kind; a person has none and is searched by words.
_FIELDS: Final = {
    EntityKind.PRODUCT: "product",
    EntityKind.PLACE: "place",
    EntityKind.HASHTAG: "tag",
    EntityKind.LINK: "link",
}


def entity_groups(mention: Mention) -> Iterator[EntityGroup]:
    """Yield the entities of *mention* by kind, then its key phrases; empty groups are left out."""
    for kind in EntityKind:
        links = tuple(_link(entity) for entity in mention.entities if entity.kind is kind)
        if links:
            yield EntityGroup(label=msg(f"named.{kind}"), links=links)
    if mention.phrases:
        phrase_links = (
            EntityLink(label=msg("named.plain", said=p), url=_url(quote(p)))
            for p in mention.phrases
        )
        yield EntityGroup(label=msg("named.phrase"), links=tuple(phrase_links))


def place_name(value: str) -> Message:
    """Return the display name of a place; *value* may be in lower case, as an index has it."""
    country, _, city = value.partition("/")
    if not city:
        return msg("named.country", country=country.upper())
    city = city.title() if city.islower() else city
    return msg("named.city", country=country.upper(), city=city)


def _link(entity: Entity) -> EntityLink:
    is_place = entity.kind is EntityKind.PLACE
    text = entity.said if entity.kind is EntityKind.HASHTAG else entity.value
    label = place_name(entity.value) if is_place else msg("named.plain", said=text)
    field = _FIELDS.get(entity.kind)
    query = str(Field(field, entity.value.lower())) if field else quote(entity.value)
    return EntityLink(label=label, url=_url(query))


def _url(query: str) -> str:
    return SearchParams(q=query, range="all").url()
