"""The feed inside a response: hosts and plug-ins put notices, scripts and comments around it."""

import re
from typing import Final

from core.errors import PermanentError
from crawlers.decoding.references import (
    resolve_named_references,
    resolve_odd_references,
    split_entity_declarations,
)

_NOISE: Final = r"<!--.*?(?:-->|\Z)|<(?i:script)\b.*?(?:</(?i:script)\s*>|\Z)"
# Comments and scripts before the feed may quote its start; an open one hides all that follows.
_ROOT: Final = re.compile(rf"{_NOISE}|<((?:\w+:)?(?i:rss|feed|rdf))(?=[\s/>])", re.DOTALL)
_DOCTYPE: Final = re.compile(
    r"""<!DOCTYPE(?:[^\[>"']|"[^"]*"|'[^']*')*(?:\[.*?\]\s*)?>""", re.DOTALL
)
_MAX_END_TAGS: Final = 10  # that scripts after a feed may quote
_CONTROL_CHARACTERS: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def extract_feed(text: str) -> str:
    """Return the feed in *text* as XML: its DOCTYPE and its root, from start tag to end tag.

    The XML declaration is left out, as *text* is decoded. References to one character are resolved,
    and control characters, which XML forbids, become spaces.

    Raises:
        PermanentError: there is no feed, or its end tag is missing.
    """
    root = next((match for match in _ROOT.finditer(text) if match[1]), None)
    if root is None:
        raise PermanentError("not a feed: no <rss>, <feed> or <rdf:RDF> in the response")
    end = _end_of_root(text, root.start(), root[1])
    if end is None:
        raise PermanentError(f"not a feed: cut off, its end tag </{root[1]}> is missing")
    doctype, characters = split_entity_declarations(_doctype(text[: root.start()]))
    feed = _CONTROL_CHARACTERS.sub(" ", text[root.start() : end])
    return doctype + resolve_named_references(resolve_odd_references(feed), characters)


def _doctype(prolog: str) -> str:
    """Return the last DOCTYPE of *prolog*; all from its start if it has no readable end."""
    start = prolog.rfind("<!DOCTYPE")
    if start < 0:
        return ""
    match = _DOCTYPE.match(prolog, start)
    return match[0] if match else prolog[start:]


def _end_of_root(text: str, start: int, name: str) -> int | None:
    """Return the end of the element *name* that starts at *start*; None if it has no end tag.

    Tags in comments and CDATA do not count. Where tags do not pair, as posts may quote some, the
    end tag that ends the response counts.
    """
    tags = re.compile(
        rf"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<(/?){re.escape(name)}(?=[\s/>])[^<>]*>",
        re.DOTALL,
    )
    if not tags.match(text, start):
        return None  # its start tag is cut off
    depth = 0
    for match in tags.finditer(text, start):
        if match[1] is None:
            continue
        if not match[0].endswith("/>"):
            depth += -1 if match[1] else 1
        if depth == 0:
            return match.end()
    return _last_end_tag(text, name)


def _last_end_tag(text: str, name: str) -> int | None:
    """Return the end of the last end tag of *name* that only comments and scripts follow."""
    ends = [match.end() for match in re.finditer(rf"</{re.escape(name)}\s*>", text)]
    return next((end for end in reversed(ends[-_MAX_END_TAGS:]) if _is_noise(text[end:])), None)


def _is_noise(text: str) -> bool:
    return not re.sub(_NOISE, "", text, flags=re.DOTALL).strip()
