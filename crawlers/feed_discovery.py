"""The feed that an HTML page links to, for a source whose URL is the page."""

from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from crawlers.html_text import is_html_page, parse_html
from crawlers.urls import is_absolute

_MAX_URL: Final = 200  # characters of an address that an error may quote
_FEED_LINKS: Final = (
    'link[rel~="alternate"][type="application/rss+xml"]::attr(href), '
    'link[rel~="alternate"][type="application/atom+xml"]::attr(href), '
    'link[rel~="alternate"][type="application/feed+json"]::attr(href)'
)


def html_page_reason(text: str, url: str) -> str | None:
    """Return the reason why *text* from *url* is no feed if it is an HTML page, else None.

    It names the first feed that the page links to by ``<link rel="alternate">``.
    """
    if not is_html_page(text):
        return None
    feed_url = _first_feed(text, url)
    if feed_url is None:
        return "not a feed: an HTML page that links to no feed"
    return f"not a feed: an HTML page; set options.url to its feed {feed_url}"


def _first_feed(text: str, url: str) -> str | None:
    for link in parse_html(text).css(_FEED_LINKS).getall():
        try:
            feed_url = urljoin(url, link.strip())
        except ValueError:
            continue
        if is_absolute(feed_url) and len(feed_url) <= _MAX_URL:
            return _without_login(feed_url)
    return None


def _without_login(url: str) -> str:
    """Return *url* without user and password; its query may name the feed and stays."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
