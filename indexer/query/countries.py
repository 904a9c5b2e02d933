"""Countries in queries: by their ISO 3166 codes, and what is meant by those who write names."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

_MIN_SIMILARITY: Final = 0.8  # as difflib counts; by its own 0.6 deutschland would be Switzerland


def is_country(code: str) -> bool:
    """Whether *code*, in lower case, is a country's; XK for Kosovo counts, EU and UN do not."""
    return code in _codes_by_name().values()


def country_for(text: str) -> str:
    """The code of the country that *said* most likely means, by CLDR's English names; else ""."""
    from babel.core import get_global

    alias = get_global("territory_aliases").get(text.upper(), [""])[0].lower()
    if is_country(alias):
        return str(alias)
    matches = get_close_matches(text.lower(), _codes_by_name(), n=1, cutoff=_MIN_SIMILARITY)
    return _codes_by_name()[matches[0]] if matches else ""


@cache
def _codes_by_name() -> Mapping[str, str]:
    """English name to code, both in lower case."""
    from config.countries import country_names

    return {name.lower(): code.lower() for code, name in country_names("en").items()}
