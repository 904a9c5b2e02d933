"""The difference between HTML and plain text with ``<`` and ``&`` where a format leaves it open.

RSS does not state which of the two a title or description is. A text is HTML if a tag or an entity
in it can be nothing else: "if t <b and c> d" and "the <Pro> kettle" are plain text.
"""

import re
from html.entities import html5
from typing import Final

_TAG: Final = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)
    (?P<attributes>(?:\s+[-\w:@.]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*/?>""",
    re.VERBOSE,
)
_ENTITY: Final = re.compile(
    r"&(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|(?P<name>[a-zA-Z0-9]{2,31};))"
)
_BLOCK: Final = re.compile(
    r"\s*<(?:p|div|ul|ol|table|blockquote|figure|section|article|h[1-6])[\s>].*</[a-z0-9]+>\s*",
    re.IGNORECASE | re.DOTALL,
)
_VOID_ELEMENTS: Final = frozenset(["br", "embed", "hr", "img", "input", "source", "wbr"])
# Elements that are often left open.
_OPEN_ELEMENTS: Final = frozenset(["dd", "dt", "li", "p", "td", "th", "tr"])
_ELEMENTS: Final = (
    _VOID_ELEMENTS
    | _OPEN_ELEMENTS
    | frozenset(
        [
            *("a", "abbr", "address", "article", "aside", "audio", "b", "big", "blockquote"),
            *("center", "cite", "code", "del", "details", "div", "dl", "em", "figcaption"),
            *("figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
            *("i", "iframe", "ins", "kbd", "main", "mark", "noscript", "object", "ol", "pre"),
            *("q", "s", "script", "section", "small", "span", "strike", "strong", "style", "sub"),
            *("summary", "sup", "svg", "table", "tbody", "tfoot", "thead", "time", "tt", "u"),
            *("ul", "var", "video"),
        ]
    )
)


def is_html(text: str) -> bool:
    """Return True if *text* contains a comment, a tag or an entity of HTML."""
    has_entity = any(
        match["name"] is None or match["name"] in html5 for match in _ENTITY.finditer(text)
    )
    return has_entity or "<!--" in text or any(map(_is_certain, _TAG.finditer(text)))


def is_html_block(text: str) -> bool:
    """Return True if *text* is as a whole a block of HTML: it begins and ends with its tags."""
    return _BLOCK.fullmatch(text) is not None


def _is_certain(tag: re.Match[str]) -> bool:
    name, attributes = tag["name"].lower(), tag["attributes"]
    if name not in _ELEMENTS:
        return False
    is_bare = not attributes and name in _OPEN_ELEMENTS
    return bool(tag["end"]) or "=" in attributes or name in _VOID_ELEMENTS or is_bare
