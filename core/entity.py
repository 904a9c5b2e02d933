"""What a text names: products, people, places, hashtags and links."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Kind(StrEnum):
    """What is named. A person's account is none of them: who speaks is a voice, never a name."""

    PRODUCT = "product"  # of a watch that the text matched, as its settings name it
    PERSON = "person"  # likewise; nobody else is ever named
    PLACE = "place"
    HASHTAG = "hashtag"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something named, once however often a text names it."""

    kind: Kind
    value: str  # as in the settings; DE or DE/Munich; what tag makes of a hashtag; a host
    said: str  # as it stands in the text, the first time; of a link the host alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country, or a city of it."""

    country: str  # ISO 3166-1 alpha-2
    city: str | None = None  # by its name in GeoNames

    def __str__(self) -> str:
        return self.country if self.city is None else f"{self.country}/{self.city}"


def place(entities: Iterable[Entity]) -> Place | None:
    """Where a text is set: the one country that it names, and the one city; None: no one country.

    Two cities of one country leave the country.
    """
    named = [entity.value.partition("/") for entity in entities if entity.kind is Kind.PLACE]
    countries = {country for country, _, _ in named}
    if len(countries) != 1:
        return None
    cities = {city for _, _, city in named if city}
    return Place(country=countries.pop(), city=cities.pop() if len(cities) == 1 else None)


def tag(said: str) -> str:
    """A hashtag as it is counted: without its sign, in lower case; accents and _ stay."""
    return unicodedata.normalize("NFKC", said).casefold().removeprefix("#")


def host(url: str) -> str | None:
    """The host of *url* in lower case, without "www."; None: it has none."""
    try:
        found = urlsplit(url).hostname
    except ValueError:  # a bracket that is no IPv6 address: strangers write urls
        return None
    return found.removeprefix("www.") if found else None
