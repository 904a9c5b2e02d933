"""Names of places and their meanings: CLDR's countries, GeoNames' cities, our own additions.

CLDR comes with Babel, in the language of a text. The cities (50,000 inhabitants and more, with
the smaller ones of the same name) are from GeoNames, https://www.geonames.org, CC BY 4.0.
"""

import gzip
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from babel import Locale

from core.countries import COUNTRY_CODES
from core.entity import Place
from core.tokenizer import tokenize

CITIES_FILE: Final = Path(__file__).with_name("cities.tsv.gz")
LARGE_CITY_POPULATION: Final = 500_000  # a city from this size on needs no "in" before it
SHORT_NAME_LETTERS: Final = 4  # up to this length it always does: Van, Cali, Bari
DOMINANCE_RATIO: Final = 5.0  # to the population of the namesakes in all other countries
_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """The places that one name may mean."""

    places: Mapping[str, Place]  # by country
    default_country: str | None  # the country it means without context; None: ambiguous
    is_region: bool = False  # part of a country
    is_doubtful: bool = False  # also an ordinary word or name, or the place is little known

    @property
    def is_city(self) -> bool:
        """True if it may be a city."""
        return any(place.city for place in self.places.values())

    @property
    def is_country(self) -> bool:
        """True if it is only one country, or one region of it."""
        return len(self.places) == 1 and not self.is_city


PlaceNames = dict[str, PlaceName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Words before the name of a place."""

    sure: frozenset[str] = frozenset()  # sufficient evidence for a place: "in"
    all: frozenset[str] = frozenset()  # with the weaker ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Names of places for texts in one language; all keys are folded words."""

    names: Mapping[str, PlaceName]
    codes: Mapping[str, str]  # US states and the like: code to country
    cues: Cues
    articles: frozenset[str]


class _LayeredNames(ChainMap[str, PlaceName]):
    """Names of several tables, the first one first."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the place of *key*, faster than a ChainMap: nearly all words are no place."""
        for names in self.maps:
            if key in names:
                return names[key]
        return default


def fold_name(name: str) -> str:
    """Return *name* as a key of the gazetteer."""
    return " ".join(tokenize(name))


@cache
def load_gazetteer(language: str | None) -> Gazetteer:
    """Return the gazetteer for *language* (ISO 639-1; None: unknown), always with English names."""
    name_data = _name_data()
    cue_language = language if language in name_data["cues"] else None
    layers = [_country_names(code) for code in dict.fromkeys((cue_language or _ENGLISH, _ENGLISH))]
    return Gazetteer(
        # Jamaica is a country before it is a part of New York, Virginia a state before a city.
        names=_LayeredNames(_region_names(), *layers, _city_names()),
        codes={code: country for country, codes in name_data["codes"].items() for code in codes},
        cues=_cues(
            list(name_data["cues"].values())
            if cue_language is None
            else [name_data["cues"][cue_language]]
        ),
        articles=frozenset(map(fold_name, name_data["articles"])),
    )


def _cues(cue_groups: Iterable[Mapping[str, Sequence[str]]]) -> Cues:
    """Return the words before a place of all *cue_groups* (one per language)."""
    sure, other = set(), set()
    for group in cue_groups:
        sure |= set(map(fold_name, group["sure"]))
        other |= set(map(fold_name, group["other"]))
    return Cues(sure=frozenset(sure), all=frozenset(sure | other))


@cache
def _name_data() -> Mapping[str, Any]:
    text = Path(__file__).with_name("names.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Any] = yaml.safe_load(text)
    return content


@cache
def _doubtful_names() -> frozenset[str]:
    return frozenset(map(fold_name, _name_data()["doubtful"]))


@cache
def _country_names(language: str) -> PlaceNames:
    """Return CLDR's names in *language*, and ours."""
    territories = Locale(language).territories.items()
    cldr_names = [(name, code) for code, name in territories if code in COUNTRY_CODES]
    ours = [(name, code) for code, names in _name_data()["countries"].items() for name in names]
    ambiguous = {
        fold_name(name): PlaceName(
            places={code: Place(country=code) for code in codes}, default_country=None
        )
        for name, codes in _name_data()["ambiguous"].items()
    }
    return {
        fold_name(name): _country_name(fold_name(name), code) for name, code in (*cldr_names, *ours)
    } | ambiguous


@cache
def _region_names() -> dict[str, PlaceName]:
    regions = _name_data()["regions"]
    keys = {fold_name(name): country for country, names in regions.items() for name in names}
    return {key: _country_name(key, country, is_region=True) for key, country in keys.items()}


def _country_name(key: str, code: str, *, is_region: bool = False) -> PlaceName:
    return PlaceName(
        places={code: Place(country=code)},
        default_country=code,
        is_region=is_region,
        is_doubtful=key in _doubtful_names(),
    )


@cache
def _city_names() -> PlaceNames:
    """Return the cities by all of their names."""
    namesakes: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for name, country, people in _city_rows():
        namesakes[fold_name(name)].append((name, country, people))
    cities = {key: _city_name(key, group) for key, group in namesakes.items()}
    for value, others in _name_data()["cities"].items():
        country, _, name = value.partition("/")
        city = cities[fold_name(name)]
        for key in map(fold_name, (name, *others)):
            cities[key] = replace(
                city, default_country=country, is_doubtful=key in _doubtful_names()
            )
    return cities


def _city_rows() -> Iterator[tuple[str, str, int]]:
    for line in gzip.decompress(CITIES_FILE.read_bytes()).decode().splitlines():
        name, country, people = line.split("\t")
        yield name, country, int(people)


def _city_name(key: str, namesakes: Sequence[tuple[str, str, int]]) -> PlaceName:
    people: defaultdict[str, int] = defaultdict(int)
    for _, country, inhabitants in namesakes:
        people[country] += inhabitants
    largest = max(people, key=people.__getitem__)
    is_dominant = people[largest] >= DOMINANCE_RATIO * (sum(people.values()) - people[largest])
    is_large = people[largest] >= LARGE_CITY_POPULATION and (
        len(key) > SHORT_NAME_LETTERS or not key.isascii()
    )
    return PlaceName(
        places={country: Place(country=country, city=name) for name, country, _ in namesakes},
        default_country=largest if is_dominant else None,
        is_doubtful=key in _doubtful_names() or not is_large,
    )
