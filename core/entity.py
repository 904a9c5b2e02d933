"""Entities of a text: products, people, places, hashtags and links."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class EntityKind(StrEnum):
    """The kinds of entities. The account of an author is none of them: it becomes a voice."""

    PRODUCT = "product"  # from the settings of a watch that the text matches
    PERSON = "person"  # likewise; no other person is ever extracted
    PLACE = "place"
    HASHTAG = "hashtag"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One product, person, place, hashtag or link of a text; a text has each only once."""

    kind: EntityKind
    value: str  # as in the settings; DE or DE/Munich; a normalised hashtag; a host
    said: str  # its first spelling in the text; for a link the host alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country, or a city of it."""

    country: str  # ISO 3166-1 alpha-2
    city: str | None = None  # its name in GeoNames

    def __str__(self) -> str:
        return self.country if self.city is None else f"{self.country}/{self.city}"


def common_place(entities: Iterable[Entity]) -> Place | None:
    """Return the only country among the places of *entities*, with its city if there is only one.

    None if *entities* name no country or several.
    """
    parts = [entity.value.partition("/") for entity in entities if entity.kind is EntityKind.PLACE]
    countries = {country for country, _, _ in parts}
    if len(countries) != 1:
        return None
    cities = {city for _, _, city in parts if city}
    return Place(country=countries.pop(), city=cities.pop() if len(cities) == 1 else None)


def normalize_hashtag(hashtag: str) -> str:
    """Return *hashtag* without its sign, in lower case; accents and _ stay."""
    return unicodedata.normalize("NFKC", hashtag).casefold().removeprefix("#")


def hostname(url: str) -> str | None:
    """Return the host of *url* in lower case without "www."; None if *url* has no host."""
    try:
        name = urlsplit(url).hostname
    except ValueError:  # e.g. a bracket without an IPv6 address: urls come from any author
        return None
    return name.removeprefix("www.") if name else None
