"""A blog: RSS 2.0 or Atom of its articles and its comments, with older pages (RFC 5005)."""

from collections.abc import Sequence
from html import escape
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from core.timestamps import format_utc
from demo.sanitize import legal
from demo.site.answer import SiteRequest, SiteResponse, http_date, page_rows, with_validators
from demo.site.html import article_page, text_html
from demo.timeline import Board, Entry, Timeline

ARTICLES_PER_PAGE: Final = 20  # on a page of the feed
COMMENTS_PER_PAGE: Final = 40  # on a page of the comments' feed
MAX_TITLE: Final = 60  # characters of the text in its title

ATOM: Final = "{http://www.w3.org/2005/Atom}"
DC: Final = "{http://purl.org/dc/elements/1.1/}"
THREAD: Final = "{http://purl.org/syndication/thread/1.0}"
XML: Final = "{http://www.w3.org/XML/1998/namespace}"
for _prefix, _name in (("dc", DC), ("thr", THREAD), ("atom", ATOM)):
    register_namespace(_prefix, _name.strip("{}"))


def respond(timeline: Timeline, board: Board, request: SiteRequest) -> SiteResponse | None:
    """Return the response of the blog *board*; None: it has no such address."""
    entries = board.until(request.now)
    match request.parts:
        case ("feed.xml" | "comments.xml" as name,):
            return _feed(timeline, board, request, entries, name)
        case ("rss",):
            headers = {"location": f"{timeline.base}/{board.slug}/feed.xml"}
            return SiteResponse(status=301, headers=headers)
        case ("p", number):
            return article_page(board, [e for e in entries if str(e.root) == number])
        case _:
            return None


def _feed(
    timeline: Timeline,
    board: Board,
    request: SiteRequest,
    published: Sequence[Entry],
    name: str,
) -> SiteResponse | None:
    is_articles = name == "feed.xml"
    size = ARTICLES_PER_PAGE if is_articles else COMMENTS_PER_PAGE
    entries = [e for e in published if (e.root == e.number) == is_articles]
    page = page_rows(entries[::-1], request.page(), size)
    if page is None:
        return None
    feed_url = f"{timeline.base}/{board.slug}/{name}"
    older = (
        f"{feed_url}?page={request.page() + 1}" if request.page() * size < len(entries) else None
    )
    build = _rss if board.kind == "rss" else _atom
    root = build(timeline, board, page, feed_url, older)
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    kind = f"application/{board.kind}+xml; charset=utf-8"
    return with_validators(SiteResponse(body=body, content_type=kind), page)


def _rss(
    timeline: Timeline, board: Board, page: Sequence[Entry], feed_url: str, older: str | None
) -> Element:
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _child(channel, "title", board.name)
    _child(channel, "link", feed_url.rpartition("/")[0] + "/")
    _child(channel, "description", f"Posts of {board.name}")
    _links(channel, f"{ATOM}link", feed_url, older)
    for entry in page:
        row = SubElement(channel, "item")
        _child(row, "title", escape(_title(entry)))
        _child(row, "link", entry.url)
        _child(row, "guid", entry.uri, isPermaLink="true")
        _child(row, f"{DC}creator", entry.author)
        _child(row, "pubDate", http_date(entry.published))
        _child(row, "description", text_html(entry.text))
        _reply(timeline, row, entry)
    return root


def _atom(
    timeline: Timeline, board: Board, page: Sequence[Entry], feed_url: str, older: str | None
) -> Element:
    root = Element("feed", xmlns=ATOM.strip("{}"))
    _child(root, "title", board.name)
    _child(root, "id", f"tag:{board.slug}.example,2024:{feed_url.rpartition('/')[2]}")
    _child(root, "updated", format_utc(page[0].published if page else timeline.started_at) or "")
    _links(root, "link", feed_url, older)
    for entry in page:
        row = SubElement(root, "entry")
        _child(row, "title", escape(_title(entry)), type="html")
        _child(row, "id", entry.uri)
        SubElement(row, "link", rel="alternate", href=entry.url)
        _child(row, "published", format_utc(entry.published) or "")
        _child(row, "updated", format_utc(entry.published) or "")
        _child(SubElement(row, "author"), "name", entry.author)
        language = {f"{XML}lang": entry.language} if entry.language else {}
        _child(row, "content", text_html(entry.text), type="html", **language)
        _reply(timeline, row, entry)
    return root


def _links(parent: Element, name: str, feed_url: str, older: str | None) -> None:
    SubElement(parent, name, rel="self", href=feed_url)
    if older:
        SubElement(parent, name, rel="next", href=older)


def _reply(timeline: Timeline, row: Element, entry: Entry) -> None:
    if entry.parent is not None:
        parent = timeline.entries[entry.parent]
        SubElement(row, f"{THREAD}in-reply-to", ref=parent.uri, href=parent.url)


def _title(entry: Entry) -> str:
    """Return the beginning of the text as its title."""
    text = entry.text.strip().partition("\n")[0].strip()
    return text if len(text) <= MAX_TITLE else text[:MAX_TITLE].rpartition(" ")[0] + "…"


def _child(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = legal(text)
