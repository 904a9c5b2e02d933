"""An RSS or Atom feed, of articles or of comments, with the archive pages that it links (RFC 5005).

Entries come newest first: a crawl follows ``rel="next"`` until the last entry of a page is older
than what the last complete crawl knew. feedparser reads bytes only; it never fetches.
"""

from calendar import timegm
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin

import feedparser

from core.crawl import Post
from core.errors import PermanentError
from core.identity import text_sha256
from core.timestamps import instant, iso
from crawlers.feed_safety import check_feed
from crawlers.html_text import html_to_text
from crawlers.source import Cursor, Facts, Fetch, Page, Source, SourceOptions
from crawlers.text import compose
from crawlers.urls import canonical, host, is_absolute

GONE: Final = (404, 410)  # an archive page that is no more
_ARCHIVE: Final = ("next", "prev-archive")  # RFC 5005 sections 3 and 4


class Feed(Source):
    """RSS 0.9 to 2.0, RDF and Atom."""

    class Options(SourceOptions):
        """``url`` is the feed."""

    facts = Facts(
        key_needed=False,
        terms_url=None,
        limits="follows Crawl-delay and Retry-After; every 15 minutes is polite",
        deletions="none",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """The feed; before it, the archive page at which the last crawl broke off."""
        known = cursor or {"until": iso(now - timedelta(days=self.options.backfill_days))}
        is_backfilled = known.get("backfilled", False)
        top = known.get("top", known["until"])
        note = {
            "until": known["until"],
            "top": top,
            "now": iso(now) or "",
            "backfilled": "yes" if is_backfilled else "",
        }
        if "next" not in known:
            return [Fetch(url=self.options.url, conditional=is_backfilled, note=note)]
        rest = Fetch(url=known["next"], absent=GONE, note=note)
        return [rest, Fetch(url=self.options.url, note={**note, "until": top})]

    def parse(self, body: bytes, fetch: Fetch, url: str) -> Page:
        """The entries of one page."""
        check_feed(body)
        feed = _read(body, url)
        posts = tuple(_post(entry, feed, url) for entry in feed.entries)
        dates = [post.published for post in posts if post.published]
        note = dict(fetch.note)
        top = max([instant(note["top"]), *dates])
        note["top"] = iso(min(top, instant(note["now"]))) or ""  # nothing is known of the future
        address = _archive(feed, url)
        is_new = dates[-1] >= instant(note["until"]) if dates else not note["backfilled"]
        if not (address and is_new):
            return Page(posts=posts, cursor={"until": note["top"], "backfilled": True})
        follow = (Fetch(url=address, absent=GONE, note=note),)
        standing = {"until": note["until"], "top": note["top"], "next": address}
        cursor = {**standing, "backfilled": bool(note["backfilled"])}
        return Page(posts=posts, follow=follow, cursor=cursor)


def _read(body: bytes, url: str) -> Any:
    """What feedparser reads in *body*; through a stream, for it fetches or opens plain strings."""
    try:
        feed = feedparser.parse(
            BytesIO(body),
            response_headers={"content-location": url},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # noqa: BLE001  it raises what its regexes and date parsers raise
        raise PermanentError(f"not a feed: feedparser failed ({type(error).__name__})") from None
    if not feed.get("version") and not feed.entries:
        raise PermanentError("not a feed: neither RSS, RDF nor Atom")
    return feed


def _archive(feed: Any, url: str) -> str | None:
    links = {link.get("rel"): _string(link, "href") for link in feed.feed.get("links", [])}
    found = (_web(url, links.get(rel, "")) for rel in _ARCHIVE)
    return next((address for address in found if address), None)


def _post(entry: Any, feed: Any, url: str) -> Post:
    uri = _uri(entry, feed, url)
    link = _web(url, _string(entry, "link")) or _web(url, uri) or url
    published, changed = _date(entry, "published"), _date(entry, "updated")
    platform = host(link) or host(url)
    return Post(
        uri=uri,
        url=link,
        text=_text(entry, link),
        platform=platform,
        author=_author(entry),
        published=published or changed,
        edited=changed if published and changed and changed > published else None,
        language=_language(entry),
        parent=_parent(entry),
    )


def _uri(entry: Any, feed: Any, url: str) -> str:
    """Atom: an absolute id. Else the permalink, the link, or the feed and a name inside it."""
    name = _string(entry, "id")
    if feed.version.startswith("atom") and ":" in name:
        return name
    if entry.get("guidislink") and is_absolute(name):
        return canonical(name)
    if link := _web(url, _string(entry, "link")):
        return canonical(link)
    return f"{url}#{name or text_sha256(_string(entry, 'title') + _string(entry, 'summary'))}"


def _text(entry: Any, link: str) -> str:
    contents = entry.get("content") or [{}]
    body = html_to_text(_string(contents[0], "value") or _string(entry, "summary"))
    is_comment = "#comment-" in link or bool(entry.get("thr_in-reply-to"))
    if is_comment and body:
        return body  # its title says who wrote below what
    return compose(html_to_text(_string(entry, "title")), body)


def _author(entry: Any) -> str | None:
    return _string(entry.get("author_detail") or {}, "name") or _string(entry, "author") or None


def _date(entry: Any, name: str) -> datetime | None:
    """In UTC, as feedparser understood it; None where there is no date or no calendar has it."""
    try:
        found = dict.get(entry, f"{name}_parsed")  # entry.get() passes off one date as the other
        return datetime.fromtimestamp(timegm(found), UTC) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def _language(entry: Any) -> str | None:
    """What the entry itself claims; a feed's own claim is mostly its software's default."""
    contents = entry.get("content") or [{}]
    code = _string(contents[0], "language").lower().replace("_", "-").partition("-")[0]
    return code if len(code) == 2 else None  # noqa: PLR2004 - ISO 639-1; "fil" is not "fi"


def _parent(entry: Any) -> str | None:
    reply = entry.get("thr_in-reply-to") or {}
    return _string(reply, "ref") or _string(reply, "href") or None


def _string(found: Any, name: str) -> str:
    """A field as text; feedparser leaves some out and sets others to None."""
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""


def _web(url: str, link: str) -> str:
    """*link* seen from *url*; "" where there is none, or none that leads to the web."""
    try:
        address = urljoin(url, link) if link else ""
    except ValueError:
        return ""
    return address if is_absolute(address) else ""
