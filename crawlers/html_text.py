"""Conversion of foreign HTML to plain text; it is never displayed as HTML."""

import re
from collections.abc import Collection, Iterable, Iterator
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
# Their text is code, a control, or words for readers without what they show.
_HIDDEN_TAGS: Final = frozenset(
    [
        *("audio", "button", "canvas", "head", "iframe", "noembed", "noframes", "noscript"),
        *("script", "select", "style", "svg", "template", "textarea", "video"),
    ]
)
_NOT_DISPLAYED: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_FILE_NAME: Final = re.compile(r"\S+\.(?:avif|gif|jpe?g|png|svg|webp)", re.IGNORECASE)
# Boxes that software puts into texts: quotes of other posts, buttons, related articles.
_FOREIGN_BOXES: Final = frozenset(
    [
        *("bbCodeBlock--quote", "bbCodeBlock-expandLink", "bbCodeQuote"),  # XenForo 2 and 1
        *("bbcode_quote", "bbcode_quote_container"),  # vBulletin
        *("bbc_standard_quote", "bbc_alternate_quote", "quoteheader", "quotefooter"),  # SMF
        *("ipsQuote", "ipsBlockquote", "mycode_quote"),  # Invision, MyBB
        *("quotebox", "quoteBox", "UserQuote", "QuoteText"),  # PunBB, WoltLab, Vanilla
        *("quotetitle", "quotecontent", "uncited"),  # phpBB
        *("gmail_quote", "moz-cite-prefix", "quote-inline"),  # emails, Mastodon and relatives
        *("sharedaddy", "jp-relatedposts", "yarpp-related", "addtoany_share_save_container"),
    ]
)
_LINE, _PARAGRAPH = "\x1e", "\x1d"  # placeholders of breaks until all pieces are joined
_SPACES: Final = re.compile(r"[ \t\r\f\v\n\x1c-\x1f]+")
_BREAKS: Final = re.compile(r"(?: ?[\x1d\x1e\n])+ ?")
# The start of a page, after white space, a declaration and comments.
_HTML_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?>(?:<!--.*?-->\s*)*)<(?:!doctype\s+)?html\b",
    re.IGNORECASE | re.DOTALL,
)
_START_CHARACTERS: Final = 4_096  # in which a page has to start


def html_to_text(html: str, *, without: str = "") -> str:
    """Return the visible text: paragraphs separated by an empty line, entities decoded.

    The descriptions of images belong to it. *without* is a CSS selector of elements to leave out.
    """
    html = make_valid(html)
    if "<" not in html and "&" not in html:
        return html.strip()
    page = parse_html(html)
    return text_of(page.root, page.css(without) if without else ())


def plain_to_text(text: str) -> str:
    """Return a text that is no HTML: lines without surrounding space, at most one empty line."""
    lines = (_collapse_spaces(line).strip() for line in make_valid(text).splitlines())
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def is_html_page(text: str) -> bool:
    """Return True if *text* starts as a web page does."""
    return _HTML_START.match(text[:_START_CHARACTERS]) is not None


def parse_html(html: str) -> Selector:
    """Return *html* as a tree; invalid or empty HTML gives a tree, too."""
    return Selector(text=resolve_odd_references(html) or "<html/>", type="html")


def text_of(root: Any, excluded: Iterable[Selector] = ()) -> str:
    """Return the visible text of the lxml element *root*, in the form of :func:`html_to_text`.

    The elements *excluded* and the boxes that software adds are left out.
    """
    excluded_elements = frozenset(selector.root for selector in excluded)
    text = re.sub(" {2,}", " ", "".join(_pieces(root, excluded_elements)))
    return _BREAKS.sub(_newlines, text).strip()


def _pieces(root: Any, excluded: Collection[Any]) -> Iterator[str]:
    """Yield texts and breaks in page order. Pages may nest deeper than Python recurses."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, is_done = stack.pop()
        if is_done:
            yield _break_around(element.tag)
            yield "" if element is root else _collapse_spaces(element.tail)
        else:
            stack.append((element, True))
            if _is_visible(element) and (element is root or not _is_foreign(element, excluded)):
                yield _start_of(element)
                yield _collapse_spaces(element.text)
                stack.extend((child, False) for child in reversed(element))


def _is_visible(element: Any) -> bool:
    return (
        isinstance(element.tag, str)  # of a comment it is a function
        and element.tag not in _HIDDEN_TAGS
        and element.get("hidden") is None
        and not _NOT_DISPLAYED.search(element.get("style", ""))
    )


def _is_foreign(element: Any, excluded: Collection[Any]) -> bool:
    """Return True if the words of *element* are of others than the author."""
    classes = frozenset(element.get("class", "").split())
    if element in excluded or not _FOREIGN_BOXES.isdisjoint(classes):
        return True
    is_discourse_quote = element.tag == "aside" and "quote" in classes
    return is_discourse_quote or (element.tag == "blockquote" and _is_phpbb_quote(element))


def _is_phpbb_quote(element: Any) -> bool:
    """Return True for ``<blockquote><div><cite>Jo wrote:</cite>``; articles cite at the end."""
    box = element[0] if len(element) else element
    is_box = box.tag == "div" and len(box) > 0 and not (box.text or "").strip()
    return is_box and bool(box[0].tag == "cite")


def _start_of(element: Any) -> str:
    """Return the break before the text of *element*; of an image, its description."""
    if element.tag == "img":
        alt = _collapse_spaces(element.get("alt") or element.get("title")).strip()
        return f" {alt} " if alt and not _FILE_NAME.fullmatch(alt) else ""
    return "\n" if element.tag == "br" else _break_around(element.tag)


def _collapse_spaces(text: str | None) -> str:
    return _SPACES.sub(" ", text) if text else ""


def _break_around(tag: Any) -> str:
    if tag in _PARAGRAPH_TAGS:
        return _PARAGRAPH
    return _LINE if tag in _LINE_TAGS else ""


def _newlines(match: re.Match[str]) -> str:
    separators = match.group()
    return "\n\n" if _PARAGRAPH in separators or separators.count("\n") > 1 else "\n"
