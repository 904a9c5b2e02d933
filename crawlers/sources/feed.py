"""An RSS, Atom or JSON feed, of articles or of comments, with its linked archive pages (RFC 5005).

Entries come newest first: a crawl follows ``rel="next"`` until the last entry of a page is older
than the newest entry of the last complete crawl. feedparser parses bytes only; it never fetches.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import feedparser
from pydantic import Field

from core.crawl import Post
from core.errors import PermanentError
from core.identity import text_sha256
from core.timestamps import format_utc, parse_utc
from crawlers.dates.feed_dates import entry_dates, with_dates
from crawlers.decoding.feed_document import extract_feed
from crawlers.feed_discovery import html_page_reason
from crawlers.feed_safety import reject_unsafe_feed
from crawlers.formats.feed_text import entry_text, is_comment, keep_media_descriptions
from crawlers.formats.json_feed import FeedPage, is_json_object, parse_json_feed
from crawlers.source import (
    Cursor,
    Fetch,
    PageZone,
    ParsedPage,
    Source,
    SourceInfo,
    SourceOptions,
    WebUrl,
)
from crawlers.text import language_code
from crawlers.urls import canonical_url, host, is_absolute

GONE_STATUSES: Final = (404, 410)  # an archive page that was removed
_XML_TYPE: Final = "application/xml; charset=utf-8"  # of the XML that feedparser gets
# RSS 2.0: "jo@blog.example (Jo)"; feedparser splits it inside long top-level domains.
_EMAIL_AND_NAME: Final = re.compile(r"[^\s@]+@[^\s@]+\s*\(([^()]+)\)")
_ARCHIVE_RELS: Final = ("next", "prev-archive")  # RFC 5005 sections 3 and 4


class Feed(Source):
    """RSS 0.9 to 2.0, RDF, Atom, and JSON Feed 1.0 and 1.1."""

    class Options(SourceOptions):
        """Every feed of a site has an address of its own; feeds of comments work, too."""

        url: WebUrl = Field(
            description="Address of the feed.", examples=["https://blog.example.org/feed.xml"]
        )
        zone: PageZone = "UTC"

    info = SourceInfo(
        key_needed=False,
        terms_url=None,
        limits="follows Crawl-delay and Retry-After; every 15 minutes is polite",
        deletions="none",
        default_on=True,
        proven="recorded",
    )
    lists_known_posts = True
    options: Options

    def start_requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """Return the feed; before it, the archive page at which the last crawl was interrupted."""
        position = cursor or {"until": format_utc(now - timedelta(days=self.options.backfill_days))}
        is_backfilled = position.get("backfilled", False)
        newest = position.get("top", position["until"])
        context = {
            "until": position["until"],
            "top": newest,
            "now": format_utc(now) or "",
            "backfilled": "yes" if is_backfilled else "",
        }
        if "next" not in position:
            return [Fetch(url=self.options.url, conditional=is_backfilled, context=context)]
        archive_fetch = Fetch(url=position["next"], missing_statuses=GONE_STATUSES, context=context)
        return [archive_fetch, Fetch(url=self.options.url, context={**context, "until": newest})]

    def parse(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Return the entries of one page, and the next archive page while entries are new."""
        now, zone = parse_utc(fetch.context["now"]), ZoneInfo(self.options.zone)
        parse_page = parse_json_feed if is_json_object(body) else _parse_xml
        page = parse_page(body, url, now=now, zone=zone)
        posts, archive_url = page.posts, page.next_url
        dates = [post.published for post in posts if post.published]
        context = dict(fetch.context)
        newest = max([parse_utc(context["top"]), *dates])
        # A date in the future must not hide the entries before it.
        context["top"] = format_utc(min(newest, now)) or ""
        is_new = dates[-1] >= parse_utc(context["until"]) if dates else not context["backfilled"]
        is_grown = bool(context["backfilled"]) and fetch.url == self.options.url
        parsed_page = ParsedPage(posts=posts, row_drops=page.row_drops, is_newest_first=is_grown)
        if not (archive_url and is_new):
            end = {"until": context["top"], "backfilled": True}
            return replace(parsed_page, cursor=end)
        next_fetches = (Fetch(url=archive_url, missing_statuses=GONE_STATUSES, context=context),)
        position = {"until": context["until"], "top": context["top"], "next": archive_url}
        cursor = {**position, "backfilled": bool(context["backfilled"])}
        return replace(parsed_page, next_fetches=next_fetches, cursor=cursor)


def _parse_xml(body: str, url: str, *, now: datetime, zone: tzinfo) -> FeedPage:
    feed = _parse_feed(body, url)
    posts = (_build_post(entry, feed, url) for entry in feed.entries)
    dated_posts = with_dates(posts, entry_dates(feed, now=now, zone=zone))
    return FeedPage(posts=dated_posts, next_url=_archive_url(feed, url))


def _parse_feed(body: str, url: str) -> Any:
    """Parse *body* with feedparser; as a stream, because it fetches or opens plain strings."""
    try:
        xml = extract_feed(body)
    except PermanentError as error:
        raise PermanentError(html_page_reason(body, url) or str(error)) from None
    reject_unsafe_feed(xml)
    try:
        feed = feedparser.parse(
            BytesIO(keep_media_descriptions(xml).encode()),
            response_headers={"content-location": url, "content-type": _XML_TYPE},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # noqa: BLE001  any error of its regexes and date parsers
        raise PermanentError(f"not a feed: feedparser failed ({type(error).__name__})") from None
    if not feed.get("version") and not feed.entries:
        raise PermanentError("not a feed: neither RSS, RDF nor Atom")
    return feed


def _archive_url(feed: Any, url: str) -> str | None:
    links = {link.get("rel"): _string_field(link, "href") for link in feed.feed.get("links", [])}
    urls = (_absolute_url(url, links.get(rel, "")) for rel in _ARCHIVE_RELS)
    return next((archive_url for archive_url in urls if archive_url), None)


def _build_post(entry: Any, feed: Any, url: str) -> Post:
    """Return the post of one entry; its dates are read with those of the page."""
    uri = _find_uri(entry, feed, url)
    link = _absolute_url(url, _string_field(entry, "link")) or _absolute_url(url, uri) or url
    platform = host(link) or host(url)
    return Post(
        uri=uri,
        url=link,
        text=entry_text(entry, link, is_atom=feed.version.startswith("atom")),
        platform=platform,
        author=_find_author(entry)
        or (None if is_comment(entry, link) else _find_author(feed.feed)),
        published=None,
        language=_find_language(entry),
        parent=_find_parent(entry),
    )


def _find_uri(entry: Any, feed: Any, url: str) -> str:
    """Return an absolute Atom id, else the permalink, the link, or *url* with a fragment."""
    name = _string_field(entry, "id")
    if feed.version.startswith("atom") and ":" in name:
        return name
    if entry.get("guidislink") and is_absolute(name):
        return canonical_url(name)
    if link := _absolute_url(url, _string_field(entry, "link")):
        return canonical_url(link)
    words = _string_field(entry, "title") + _string_field(entry, "summary")
    return f"{url}#{name or text_sha256(words)}"


def _find_author(fields: Any) -> str | None:
    """Return the author of an entry, or of a feed: the author of entries that name none."""
    name = _EMAIL_AND_NAME.fullmatch(_string_field(fields, "author"))
    return (
        (name and name[1])
        or _string_field(fields.get("author_detail") or {}, "name")
        or _string_field(fields, "author")
        or None
    )


def _find_language(entry: Any) -> str | None:
    """Return the language of the entry itself; a feed's own is mostly a default of its software."""
    contents = entry.get("content") or [{}]
    return language_code(_string_field(contents[0], "language"))


def _find_parent(entry: Any) -> str | None:
    reply = entry.get("thr_in-reply-to") or {}
    return _string_field(reply, "ref") or _string_field(reply, "href") or None


def _string_field(fields: Any, name: str) -> str:
    """Return a field as text; feedparser leaves some out and sets others to None."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _absolute_url(url: str, link: str) -> str:
    """Return *link* resolved against *url*; "" if it is empty or not http(s)."""
    try:
        address = urljoin(url, link) if link else ""
    except ValueError:
        return ""
    return address if is_absolute(address) else ""
