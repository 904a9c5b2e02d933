"""A blog: RSS 2.0 or Atom of its articles and its comments, older pages linked (RFC 5005)."""

from collections.abc import Sequence
from html import escape
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from core.timestamps import iso
from demo.sanitize import legal
from demo.site.answer import Answer, Ask, http_date, page_of, stamped
from demo.site.html import article_page, text_html
from demo.timeline import Board, Entry, Replay

ARTICLES: Final = 20  # on a page of the feed
COMMENTS: Final = 40  # on a page of the comments' feed
TITLE: Final = 60  # characters of the text that stand in its title

ATOM: Final = "{http://www.w3.org/2005/Atom}"
DC: Final = "{http://purl.org/dc/elements/1.1/}"
THREAD: Final = "{http://purl.org/syndication/thread/1.0}"
XML: Final = "{http://www.w3.org/XML/1998/namespace}"
for _prefix, _name in (("dc", DC), ("thr", THREAD), ("atom", ATOM)):
    register_namespace(_prefix, _name.strip("{}"))


def answer(replay: Replay, board: Board, ask: Ask) -> Answer | None:
    """What the blog *board* says; None where it has nothing at that address."""
    shown = board.until(ask.now)
    match ask.parts:
        case ("feed.xml",):
            articles = [entry for entry in shown if entry.root == entry.number]
            return _feed(replay, board, ask, articles, "feed.xml", ARTICLES)
        case ("comments.xml",):
            comments = [entry for entry in shown if entry.root != entry.number]
            return _feed(replay, board, ask, comments, "comments.xml", COMMENTS)
        case ("rss",):
            moved = {"location": f"{replay.base}/{board.slug}/feed.xml"}
            return Answer(status=301, headers=moved)
        case ("p", number):
            return article_page(board, [e for e in shown if str(e.root) == number])
        case _:
            return None


def _feed(
    replay: Replay, board: Board, ask: Ask, entries: Sequence[Entry], name: str, size: int
) -> Answer | None:
    page = page_of(entries[::-1], ask.page(), size)
    if page is None:
        return None
    here = f"{replay.base}/{board.slug}/{name}"
    older = f"{here}?page={ask.page() + 1}" if ask.page() * size < len(entries) else None
    build = _rss if board.kind == "rss" else _atom
    root = build(replay, board, page, here, older)
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    kind = f"application/{board.kind}+xml; charset=utf-8"
    return stamped(Answer(body=body, content_type=kind), page)


def _rss(
    replay: Replay, board: Board, page: Sequence[Entry], here: str, older: str | None
) -> Element:
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _child(channel, "title", board.name)
    _child(channel, "link", here.rpartition("/")[0] + "/")
    _child(channel, "description", f"Posts of {board.name}")
    _links(channel, f"{ATOM}link", here, older)
    for entry in page:
        row = SubElement(channel, "item")
        _child(row, "title", escape(_title(entry)))
        _child(row, "link", entry.url)
        _child(row, "guid", entry.uri, isPermaLink="true")
        _child(row, f"{DC}creator", entry.author)
        _child(row, "pubDate", http_date(entry.published))
        _child(row, "description", text_html(entry.text))
        _reply(replay, row, entry)
    return root


def _atom(
    replay: Replay, board: Board, page: Sequence[Entry], here: str, older: str | None
) -> Element:
    root = Element("feed", xmlns=ATOM.strip("{}"))
    _child(root, "title", board.name)
    _child(root, "id", f"tag:{board.slug}.example,2024:{here.rpartition('/')[2]}")
    _child(root, "updated", iso(page[0].published if page else replay.started) or "")
    _links(root, "link", here, older)
    for entry in page:
        row = SubElement(root, "entry")
        _child(row, "title", escape(_title(entry)), type="html")
        _child(row, "id", entry.uri)
        SubElement(row, "link", rel="alternate", href=entry.url)
        _child(row, "published", iso(entry.published) or "")
        _child(row, "updated", iso(entry.published) or "")
        _child(SubElement(row, "author"), "name", entry.author)
        language = {f"{XML}lang": entry.language} if entry.language else {}
        _child(row, "content", text_html(entry.text), type="html", **language)
        _reply(replay, row, entry)
    return root


def _links(parent: Element, name: str, here: str, older: str | None) -> None:
    SubElement(parent, name, rel="self", href=here)
    if older:
        SubElement(parent, name, rel="next", href=older)


def _reply(replay: Replay, row: Element, entry: Entry) -> None:
    if entry.parent is not None:
        above = replay.entries[entry.parent]
        SubElement(row, f"{THREAD}in-reply-to", ref=above.uri, href=above.url)


def _title(entry: Entry) -> str:
    """The beginning of the text: blogs of one paragraph are titled so."""
    text = entry.text.strip().partition("\n")[0].strip()
    return text if len(text) <= TITLE else text[:TITLE].rpartition(" ")[0] + "…"


def _child(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = legal(text)
