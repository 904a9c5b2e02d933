"""Names of places and what they may mean: CLDR's countries, GeoNames' cities, our own additions.

CLDR comes with Babel, in the language of a text. The cities (50,000 inhabitants and more, with
the smaller ones of the same name) are GeoNames', https://www.geonames.org, CC BY 4.0.
"""

import gzip
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from config.countries import countries
from core.entity import Place
from core.tokenizer import words

CITIES: Final = Path(__file__).with_name("cities.tsv.gz")
LARGE: Final = 500_000  # inhabitants from which on a city is named without saying "in"
SHORT: Final = 4  # letters up to which a city is never named so: Van, Cali, Bari
LEADS: Final = 5.0  # times the inhabitants of its namesakes in all other countries
_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What one name may mean."""

    places: Mapping[str, Place]  # by country
    meant: str | None  # the country that it means alone; None: there are several as good
    is_region: bool = False  # part of a country
    is_doubtful: bool = False  # it means something else, too, or few would know the place

    @property
    def is_city(self) -> bool:
        """Whether it may be a city."""
        return any(place.city for place in self.places.values())

    @property
    def is_country(self) -> bool:
        """Whether it is one country, or one part of it, and nothing else."""
        return len(self.places) == 1 and not self.is_city


Names = dict[str, Name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Words before the name of a place."""

    sure: frozenset[str] = frozenset()
    all: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """What is known of places for texts in one language; all keys are folded words."""

    names: Mapping[str, Name]
    codes: Mapping[str, str]  # US states and the like: code to country
    cues: Cues
    articles: frozenset[str]


def folded(name: str) -> str:
    """*name* as it is looked up."""
    return " ".join(words(name))


@cache
def gazetteer(language: str | None) -> Gazetteer:
    """For texts in *language* (ISO 639-1), or of an unknown one; English names always count."""
    said = _said()
    own = language if language in said["cues"] else None
    layers = [_territories(code) for code in dict.fromkeys((own or _ENGLISH, _ENGLISH))]
    return Gazetteer(
        # Jamaica is a country before it is a part of New York, Virginia a state before a city.
        names=ChainMap(_regions(), *layers, _cities()),
        codes={code: country for country, codes in said["codes"].items() for code in codes},
        cues=_cues(list(said["cues"].values()) if own is None else [said["cues"][own]]),
        articles=frozenset(map(folded, said["articles"])),
    )


def _cues(told: Iterable[Mapping[str, Sequence[str]]]) -> Cues:
    """The words before a place, of all languages that are *told*."""
    sure, other = set(), set()
    for one in told:
        sure |= set(map(folded, one["sure"]))
        other |= set(map(folded, one["other"]))
    return Cues(sure=frozenset(sure), all=frozenset(sure | other))


@cache
def _said() -> Mapping[str, Any]:
    text = Path(__file__).with_name("names.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


@cache
def _doubtful() -> frozenset[str]:
    return frozenset(map(folded, _said()["doubtful"]))


@cache
def _territories(language: str) -> Names:
    """CLDR's names in *language*, and ours."""
    named = [(name, code) for code, name in countries(language).items()]
    ours = [(name, code) for code, names in _said()["countries"].items() for name in names]
    several = {
        folded(name): Name(places={code: Place(country=code) for code in codes}, meant=None)
        for name, codes in _said()["ambiguous"].items()
    }
    return {folded(name): _country(folded(name), code) for name, code in (*named, *ours)} | several


@cache
def _regions() -> dict[str, Name]:
    regions = _said()["regions"]
    keys = {folded(name): country for country, names in regions.items() for name in names}
    return {key: _country(key, country, is_region=True) for key, country in keys.items()}


def _country(key: str, code: str, *, is_region: bool = False) -> Name:
    return Name(
        places={code: Place(country=code)},
        meant=code,
        is_region=is_region,
        is_doubtful=key in _doubtful(),
    )


@cache
def _cities() -> Names:
    """The cities by every name that they have."""
    namesakes: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for name, country, people in _rows():
        namesakes[folded(name)].append((name, country, people))
    told = {key: _city(key, same) for key, same in namesakes.items()}
    for value, others in _said()["cities"].items():
        country, _, name = value.partition("/")
        city = told[folded(name)]
        for key in map(folded, (name, *others)):
            told[key] = replace(city, meant=country, is_doubtful=key in _doubtful())
    return told


def _rows() -> Iterator[tuple[str, str, int]]:
    for line in gzip.decompress(CITIES.read_bytes()).decode().splitlines():
        name, country, people = line.split("\t")
        yield name, country, int(people)


def _city(key: str, namesakes: Sequence[tuple[str, str, int]]) -> Name:
    people: defaultdict[str, int] = defaultdict(int)
    for _, country, inhabitants in namesakes:
        people[country] += inhabitants
    first = max(people, key=people.__getitem__)
    leads = people[first] >= LEADS * (sum(people.values()) - people[first])
    is_large = people[first] >= LARGE and (len(key) > SHORT or not key.isascii())
    return Name(
        places={country: Place(country=country, city=name) for name, country, _ in namesakes},
        meant=first if leads else None,
        is_doubtful=key in _doubtful() or not is_large,
    )
