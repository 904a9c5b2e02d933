"""What a text names: products, people, places, hashtags and links."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class EntityKind(StrEnum):
    """What is named. A person's account is none of them: who speaks is a voice, never a name."""

    PRODUCT = "product"  # of a watch that the text matched, as its settings name it
    PERSON = "person"  # likewise; nobody else is ever named
    PLACE = "place"
    HASHTAG = "hashtag"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something named, once however often a text names it."""

    kind: EntityKind
    value: str  # as in the settings; DE or DE/Munich; what tag makes of a hashtag; a host
    said: str  # as it stands in the text, the first time; of a link the host alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country, or a city of it."""

    country: str  # ISO 3166-1 alpha-2
    city: str | None = None  # by its name in GeoNames

    def __str__(self) -> str:
        return self.country if self.city is None else f"{self.country}/{self.city}"


def common_place(entities: Iterable[Entity]) -> Place | None:
    """Where a text is set: the one country that it names, and the one city; None: no one country.

    Two cities of one country leave the country.
    """
    parts = [entity.value.partition("/") for entity in entities if entity.kind is EntityKind.PLACE]
    countries = {country for country, _, _ in parts}
    if len(countries) != 1:
        return None
    cities = {city for _, _, city in parts if city}
    return Place(country=countries.pop(), city=cities.pop() if len(cities) == 1 else None)


def normalize_hashtag(hashtag: str) -> str:
    """A hashtag as it is counted: without its sign, in lower case; accents and _ stay."""
    return unicodedata.normalize("NFKC", hashtag).casefold().removeprefix("#")


def hostname(url: str) -> str | None:
    """The host of *url* in lower case, without "www."; None: it has none."""
    try:
        name = urlsplit(url).hostname
    except ValueError:  # a bracket that is no IPv6 address: strangers write urls
        return None
    return name.removeprefix("www.") if name else None
