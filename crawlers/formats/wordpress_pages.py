"""Pages of rows of the REST API of WordPress: the next one, and the proof that posts exist."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from core.crawl import Listing
from core.timestamps import format_utc, parse_utc
from crawlers.formats.wordpress_rows import LinkRow
from crawlers.json_rows import JsonRows, M
from crawlers.source import Fetch
from crawlers.urls import canonical_url

SMALL_PAGE_SIZE: Final = 10  # rows, the default of WordPress; every host allows it
OVERLAP: Final = timedelta(days=1)  # more than the 14 hours by which a zone can differ from UTC
_PAGE_COUNT: Final = "x-wp-totalpages"  # header with the number of pages
_SECOND: Final = timedelta(seconds=1)  # resolution of the site's dates


def build_listing(
    links: Sequence[LinkRow], context: Mapping[str, str], oldest: datetime | None
) -> Listing | None:
    """Return the existing links between *oldest*, where the next page starts, and the page's start.

    An empty page proves nothing and gives None. The second that two pages share is left out.
    """
    if not links:
        return None
    since = oldest + _SECOND if oldest else parse_utc(context["since"]) + OVERLAP
    return Listing(
        since=since,
        until=parse_utc(context["until"]),
        uris=frozenset(canonical_url(link.link) for link in links),
        before=parse_utc(context["listed"]),
    )


def next_contexts(
    fetch: Fetch, page: JsonRows[M], dates: Sequence[datetime | None]
) -> list[dict[str, str]]:
    """Return the context of the next page, or none after the last one or one older than asked.

    Where the server states no number of pages, a page that is newer than the one before ends the
    walk, too: the site ignores the number of the page.
    """
    number = int(fetch.context["page"])
    is_end = not page.count or _is_end(fetch.context, dates)
    if is_end or not _has_next(fetch.answer_headers, number, page.count):
        return []
    context = {**fetch.context, "page": str(number + 1)}
    if _PAGE_COUNT not in fetch.answer_headers and dates[-1]:
        context["last"] = format_utc(dates[-1]) or ""
    return [context]


def _is_end(context: Mapping[str, str], dates: Sequence[datetime | None]) -> bool:
    """Return True if the page is older than asked, or newer than the one before it."""
    known_dates = [at for at in dates if at]
    if not known_dates:
        return False
    is_repeat = "last" in context and known_dates[0] > parse_utc(context["last"])
    return is_repeat or known_dates[-1] < parse_utc(context["since"])


def _has_next(headers: Mapping[str, str], number: int, count: int) -> bool:
    """Return True if a page follows page *number* of *count* rows.

    A host may allow fewer rows than asked. Where a proxy removes the headers, a round number of
    rows is a full page.
    """
    page_count = headers.get(_PAGE_COUNT, "")
    if page_count.isdecimal():
        return number < int(page_count)
    is_round = count >= SMALL_PAGE_SIZE and count % 5 == 0
    return 'rel="next"' in headers.get("link", "") or is_round
