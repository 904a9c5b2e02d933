"""The countries of ISO 3166-1, alpha-2, and what CLDR calls them."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from babel import Locale

_CODE_LENGTH: Final = 2  # letters
# CLDR has codes of its own: EU, EZ, UN, ZZ and those from QO and XA on (but XK, Kosovo).
_NOT_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})


@cache
def country_names(language: str) -> Mapping[str, str]:
    """Code to name in *language* (ISO 639-1)."""
    return {
        code: name
        for code, name in Locale(language).territories.items()
        if len(code) == _CODE_LENGTH and code.isalpha() and code not in _NOT_COUNTRIES
    }
