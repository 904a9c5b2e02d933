"""Quotes of other posts in BBCode that a forum shows as text."""

import re
from typing import Final

_QUOTE_TAG: Final = re.compile(r"(\[/?quote\b[^\]\n]{0,200}\])", re.IGNORECASE)


def without_bbcode_quotes(text: str) -> str:
    """Return *text* without ``[quote=…]…[/quote]``, nested ones, too; unchanged if one is open."""
    depth, pieces = 0, []
    for piece in _QUOTE_TAG.split(text):
        if not _QUOTE_TAG.fullmatch(piece):
            pieces += [] if depth else [piece]
        else:
            depth = max(depth + (-1 if piece.startswith("[/") else 1), 0)
    return text if depth else re.sub(r"\n{3,}", "\n\n", "".join(pieces)).strip()
