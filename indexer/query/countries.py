"""Countries in queries: ISO 3166 codes, and suggestions for written names."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

from core.countries import COUNTRY_CODES

_MIN_SIMILARITY: Final = 0.8  # of difflib; by its default 0.6 deutschland would be Switzerland


def is_country(code: str) -> bool:
    """Return whether *code*, in lower case, is a country code.

    XK for Kosovo is one; EU and UN are not.
    """
    return code in _codes_by_name().values()


def country_for(text: str) -> str:
    """Return the code of the country with the name most similar to *text*; none: "".

    Names are the English ones of CLDR.
    """
    from babel.core import get_global

    alias = get_global("territory_aliases").get(text.upper(), [""])[0].lower()
    if is_country(alias):
        return str(alias)
    matches = get_close_matches(text.lower(), _codes_by_name(), n=1, cutoff=_MIN_SIMILARITY)
    return _codes_by_name()[matches[0]] if matches else ""


@cache
def _codes_by_name() -> Mapping[str, str]:
    """Return English name -> code, both in lower case."""
    from babel import Locale

    territories = Locale("en").territories.items()
    return {name.lower(): code.lower() for code, name in territories if code in COUNTRY_CODES}
