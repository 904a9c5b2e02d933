"""Which characters a page can carry, and how two readers compare what they saw."""

import re
from typing import Final

# XML 1.0 section 2.2: what it forbids, and the control characters that it discourages.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSENDABLE: Final = re.compile("[\x00\ud800-\udfff]")  # no UTF-8, or no HTML, carries these


def sendable(text: str) -> str:
    """*text* without NUL and lone surrogates: what JSON and HTML can carry."""
    return _UNSENDABLE.sub("", text)


def legal(text: str) -> str:
    """*text* without all that has no place in XML."""
    return _ILLEGAL.sub("", text)


def visible_text(text: str) -> str:
    """*text* for comparison: legal characters only, each run of white space as one space."""
    return " ".join(legal(text).split())
