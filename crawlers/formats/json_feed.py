"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1); only an item's name and words are required."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Annotated, Any, Final
from urllib.parse import urljoin

from pydantic import BaseModel

from core.crawl import DropReason, Post
from core.errors import PermanentError
from core.identity import text_sha256
from crawlers.dates.feed_dates import DateTexts, page_reader, read_dates, with_dates
from crawlers.decoding.json_document import load_json
from crawlers.failure_reasons import message_of
from crawlers.formats.feed_text import join_versions
from crawlers.formats.json_values import OBJECT, OBJECTS, Text
from crawlers.html_text import html_to_text, is_html_page, plain_to_text
from crawlers.json_rows import parse_row
from crawlers.text import compose, language_code
from crawlers.urls import canonical_url, host, is_absolute

# The root of an XML feed, or the start of an object; comments and scripts may quote either.
_START: Final = re.compile(
    r"""<!--.*?(?:-->|\Z)|<script\b.*?(?:</script\s*>|\Z)
    |(<(?:\w+:)?(?:rss|feed|rdf)[\s/>]|\{\s*")""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """The entries of one page of a feed of any format."""

    posts: tuple[Post, ...]
    next_url: str | None  # of the page with older entries
    row_drops: Mapping[str, int] = field(default_factory=dict)  # as in ParsedPage


class _Author(BaseModel):
    name: Text = ""
    url: Text = ""


class _Authored(BaseModel):
    authors: Annotated[list[_Author], OBJECTS] = []  # 1.1
    author: Annotated[_Author, OBJECT] = _Author()  # 1.0

    @property
    def account(self) -> str | None:
        """The name of the first author, else its address, or None."""
        people = [*self.authors, self.author]
        return next((person.name or person.url for person in people if person != _Author()), None)


class _Attachment(BaseModel):
    title: Text = ""


class _Item(_Authored):
    id: Text = ""
    url: Text = ""
    title: Text = ""
    content_html: Text = ""
    content_text: Text = ""
    summary: Text = ""
    date_published: Text = ""
    date_modified: Text = ""
    language: Text = ""
    attachments: Annotated[list[_Attachment], OBJECTS] = []


class _Feed(_Authored):
    version: Text = ""
    language: Text = ""  # 1.1
    next_url: Text = ""


def is_json_object(body: str) -> bool:
    """Return True if a JSON object comes first in *body*, perhaps after notices; False for HTML."""
    starts = (match[1] for match in _START.finditer(body))
    start: str = next(filter(None, starts), "")
    return start.startswith("{") and not is_html_page(body)


def parse_json_feed(body: str, url: str, *, now: datetime, zone: tzinfo) -> FeedPage:
    """Return the items of the JSON Feed *body* from *url*; *zone* is that of dates without one.

    Raises:
        PermanentError: *body* is no JSON Feed.
    """
    document, rows = _document(body)
    feed = parse_row(document, _Feed) or _Feed()
    items = [item for item in (parse_row(row, _Item) for row in rows) if item is not None]
    links = Counter(_absolute(url, item.url) for item in items)
    texts = [*map(_date_texts, items)]
    dates = read_dates(texts, page_reader(texts, feed.language, now=now, zone=zone))
    posts = with_dates([_build_post(item, feed, url, links) for item in items], dates)
    next_url = _absolute(url, feed.next_url)
    unreadable = len(rows) - len(items)
    return FeedPage(
        posts=posts,
        next_url=next_url if next_url != url else None,
        row_drops={DropReason.UNREADABLE: unreadable} if unreadable else {},
    )


def _document(body: str) -> tuple[dict[str, Any], list[Any]]:
    """Return the feed without its items, and the items."""
    document = load_json(body, "a feed")
    if not isinstance(document, dict):
        raise PermanentError(f"not a feed: JSON {type(document).__name__}, expected an object")
    rows = document.pop("items", None)
    is_feed = "jsonfeed.org" in str(document.get("version")) or _has_content(rows)
    if not isinstance(rows, list) or not is_feed:
        if message := message_of(document):
            raise PermanentError(f'not a feed: the server says "{message}"')
        raise PermanentError("not a feed: JSON without the version and items of a JSON Feed")
    return document, rows


def _has_content(rows: Any) -> bool:
    """Return True if a row has a text under a name that only JSON Feed has."""
    items = rows if isinstance(rows, list) else []
    keys = {key for row in items if isinstance(row, dict) for key in row}
    return not keys.isdisjoint(("content_html", "content_text"))


def _date_texts(item: _Item) -> DateTexts:
    return DateTexts(published=item.date_published, updated=item.date_modified)


def _build_post(item: _Item, feed: _Feed, url: str, links: Counter[str | None]) -> Post:
    """Return the post of one item; its dates are read with those of the page."""
    link = _absolute(url, item.url)
    page = link or (item.id if is_absolute(item.id) else url)
    return Post(
        uri=_find_uri(item, link if links[link] == 1 else None, url),
        url=page,
        text=compose(plain_to_text(item.title), _body(item)),
        platform=host(page),
        author=item.account or feed.account,
        published=None,
        language=language_code(item.language),
    )


def _find_uri(item: _Item, link: str | None, url: str) -> str:
    """Return *link*, the item's own one, else its id as an address or as a fragment of *url*."""
    if link or is_absolute(item.id):
        return canonical_url(link or item.id)
    return f"{url}#{item.id or text_sha256(item.title + _body(item))}"


def _body(item: _Item) -> str:
    """Return the text, and the titles of the attachments."""
    body = html_to_text(item.content_html) or plain_to_text(item.content_text or item.summary)
    for attachment in item.attachments:
        body = join_versions(body, plain_to_text(attachment.title))
    return body


def _absolute(url: str, link: str) -> str | None:
    """Return *link* resolved against *url*; None if it is empty or not http(s)."""
    try:
        address = urljoin(url, link) if link else ""
    except ValueError:
        return None
    return address if is_absolute(address) else None
