"""Text of a date in one form: lower case, without accents, with ASCII digits."""

import re
import unicodedata
from typing import Final

_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_SPACES: Final = re.compile(r"\s+")
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


def plain_text(text: str) -> str:
    """Return *text* in lower case, with ASCII digits and single spaces, without accents.

    Names of CLDR and texts of pages are compared in this form: ``Août`` and ``AOUT`` are equal.
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", letters)).replace("ı", "i")
    return _SPACES.sub(" ", "".join(map(_plain_character, plain))).translate(_DASHES).strip()


def _plain_character(character: str) -> str:
    """Return *character* as an ASCII digit if it is one; "" if it is invisible."""
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.digit(character))
    return "" if unicodedata.category(character) == "Cf" else character
