"""Countries in queries: by their ISO 3166 codes, and what is meant by those who write names."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

_NEAR: Final = 0.8  # as difflib counts; by its own 0.6 deutschland would be Switzerland


def is_country(code: str) -> bool:
    """Whether *code*, in lower case, is a country's; XK for Kosovo counts, EU and UN do not."""
    return code in _names().values()


def meant(said: str) -> str:
    """The code of the country that *said* most likely means, by CLDR's English names; else ""."""
    from babel.core import get_global

    alias = get_global("territory_aliases").get(said.upper(), [""])[0].lower()
    if is_country(alias):
        return str(alias)
    near = get_close_matches(said.lower(), _names(), n=1, cutoff=_NEAR)
    return _names()[near[0]] if near else ""


@cache
def _names() -> Mapping[str, str]:
    """English name to code, both in lower case."""
    from config.countries import countries

    return {name.lower(): code.lower() for code, name in countries("en").items()}
