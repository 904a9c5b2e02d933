"""Conversion of foreign HTML to plain text; it is never displayed as HTML."""

import re
from collections.abc import Iterator
from typing import Any, Final

from parsel import Selector

from crawlers.decoding.references import resolve_odd_references
from crawlers.text import make_valid

_LINE_TAGS: Final = frozenset({"dd", "div", "dt", "figure", "hr", "li", "tr"})
_PARAGRAPH_TAGS: Final = frozenset(
    [
        *("address", "article", "aside", "blockquote", "footer", "header", "main", "section"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"),
    ]
)
_HIDDEN_TAGS: Final = frozenset({"head", "noscript", "script", "style", "template"})
_LINE, _PARAGRAPH = "\x1e", "\x1d"  # placeholders of breaks until all pieces are joined
_SPACES: Final = re.compile(r"[ \t\r\f\v\n\x1c-\x1f]+")
_BREAKS: Final = re.compile(r"(?: ?[\x1d\x1e\n])+ ?")


def html_to_text(html: str) -> str:
    """Return the visible text: paragraphs separated by an empty line, entities decoded."""
    html = make_valid(html)
    if "<" not in html and "&" not in html:
        return html.strip()
    return text_of(parse_html(html).root)


def parse_html(html: str) -> Selector:
    """Return *html* as a tree; invalid or empty HTML gives a tree, too."""
    return Selector(text=resolve_odd_references(html) or "<html/>", type="html")


def text_of(root: Any) -> str:
    """Return the visible text of the lxml element *root*, in the form of :func:`html_to_text`."""
    text = re.sub(" {2,}", " ", "".join(_pieces(root)))
    return _BREAKS.sub(_newlines, text).strip()


def _pieces(root: Any) -> Iterator[str]:
    """Yield texts and breaks in page order. Pages may nest deeper than Python recurses."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, is_done = stack.pop()
        if is_done:
            yield _break_around(element.tag)
            yield "" if element is root else _collapse_spaces(element.tail)
        else:
            stack.append((element, True))
            if isinstance(element.tag, str) and element.tag not in _HIDDEN_TAGS:
                yield "\n" if element.tag == "br" else _break_around(element.tag)
                yield _collapse_spaces(element.text)
                stack.extend((child, False) for child in reversed(element))


def _collapse_spaces(text: str | None) -> str:
    return _SPACES.sub(" ", text) if text else ""


def _break_around(tag: Any) -> str:
    if tag in _PARAGRAPH_TAGS:
        return _PARAGRAPH
    return _LINE if tag in _LINE_TAGS else ""


def _newlines(match: re.Match[str]) -> str:
    separators = match.group()
    return "\n\n" if _PARAGRAPH in separators or separators.count("\n") > 1 else "\n"
