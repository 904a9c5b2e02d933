"""The characters that a page can carry, and a form of texts for comparison."""

import re
from typing import Final

# XML 1.0 section 2.2: the forbidden characters and the discouraged control characters.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSENDABLE: Final = re.compile("[\x00\ud800-\udfff]")  # impossible in UTF-8 or in HTML


def sendable(text: str) -> str:
    """Return *text* without NUL and lone surrogates, which JSON and HTML cannot carry."""
    return _UNSENDABLE.sub("", text)


def legal(text: str) -> str:
    """Return *text* with a space in place of each character that XML forbids.

    HTML parsers treat some of these characters as white space.
    """
    return _ILLEGAL.sub(" ", text)


def visible_text(text: str) -> str:
    """Return *text* for comparison: sendable, legal, each run of white space as one space."""
    return " ".join(legal(sendable(text)).split())
