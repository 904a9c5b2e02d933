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
    """*text* with a space for each character that has no place in XML.

    A space and not nothing: readers of HTML take some of these characters for white space.
    """
    return _ILLEGAL.sub(" ", text)


def visible_text(text: str) -> str:
    """*text* for comparison: sendable and legal, each run of white space as one space."""
    return " ".join(legal(sendable(text)).split())
