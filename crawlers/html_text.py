"""HTML of strangers to plain text; nothing of it is ever shown as HTML."""

import codecs
import re
from collections.abc import Iterator
from typing import Any, Final

from parsel import Selector

from crawlers.text import valid

_LINES: Final = frozenset({"dd", "div", "dt", "figure", "hr", "li", "tr"})
_PARAGRAPHS: Final = frozenset(
    [
        *("address", "article", "aside", "blockquote", "footer", "header", "main", "section"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"),
    ]
)
_HIDDEN: Final = frozenset({"head", "noscript", "script", "style", "template"})
_LINE, _PARAGRAPH = "\x1e", "\x1d"  # stand for breaks until all pieces are joined
_SPACES: Final = re.compile(r"[ \t\r\f\v\n\x1c-\x1f]+")
_BREAKS: Final = re.compile(r"(?: ?[\x1d\x1e\n])+ ?")
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]+)", re.IGNORECASE)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def html_to_text(html: str) -> str:
    """What a reader sees: paragraphs with an empty line between, entities decoded, links' text."""
    html = valid(html)
    if "<" not in html and "&" not in html:
        return html.strip()
    return text_of(parse_html(html).root)


def parse_html(html: str) -> Selector:
    """*html* as a tree; whatever it is, there is one."""
    return Selector(text=html or "<html/>", type="html")


def decode_html(body: bytes) -> str:
    """The letters of a page: by its byte order mark, its own ``<meta charset>``, or as UTF-8."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    claim = _CHARSET.search(body, 0, 4_096)
    try:
        return body.decode(claim[1].decode() if claim else "utf-8", errors="replace")
    except LookupError:
        return body.decode(errors="replace")


def text_of(root: Any) -> str:
    """The text below the lxml element *root*, as :func:`html_to_text` gives it."""
    text = re.sub(" {2,}", " ", "".join(_pieces(root)))
    return _BREAKS.sub(_newlines, text).strip()


def _pieces(root: Any) -> Iterator[str]:
    """Texts and breaks in the order of the page; pages nest deeper than Python recurses."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, is_read = stack.pop()
        if is_read:
            yield _boundary(element.tag)
            yield "" if element is root else _spaced(element.tail)
        else:
            stack.append((element, True))
            if isinstance(element.tag, str) and element.tag not in _HIDDEN:
                yield "\n" if element.tag == "br" else _boundary(element.tag)
                yield _spaced(element.text)
                stack.extend((child, False) for child in reversed(element))


def _spaced(text: str | None) -> str:
    return _SPACES.sub(" ", text) if text else ""


def _boundary(tag: Any) -> str:
    if tag in _PARAGRAPHS:
        return _PARAGRAPH
    return _LINE if tag in _LINES else ""


def _newlines(breaks: re.Match[str]) -> str:
    found = breaks.group()
    return "\n\n" if _PARAGRAPH in found or found.count("\n") > 1 else "\n"
