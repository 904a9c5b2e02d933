"""A timeline of an instance with the Mastodon API: its public one, or a hashtag's.

The first crawl reads backward by ``max_id``; later ones read forward by ``min_id``, which leaves no
gap. Servers that do not implement ``min_id`` send the newest page: then the posts between it and
the last crawl are read backward, too. Pages are addressed by ids: not every server sends a Link
header. Pleroma, Akkoma, GoToSocial, Pixelfed and others have the same API with other gaps in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from pydantic import Field

from core.crawl import DropReason, Post
from core.timestamps import format_utc, parse_utc
from crawlers.formats.mastodon_status import Status, build_post
from crawlers.json_rows import parse_json_rows
from crawlers.source import Cursor, Fetch, ParsedPage, Source, SourceInfo, SourceOptions, WebUrl

PAGE_SIZE: Final = 40  # maximum of the API
FULL_PAGE: Final = 20  # posts; the default of the API, and the maximum of some servers
# Old posts in a row that end the first crawl. A server that fetches an old post of another one
# gives it a new id: one such post among new ones is no end.
OLD_RUN: Final = 40
OLDEST_ID: Final = "0"  # lower than every id: start of an empty timeline


class Mastodon(Source):
    """Public posts of one instance, as visitors see them."""

    class Options(SourceOptions):
        """Without ``tag`` the public timeline of the instance is read."""

        url: WebUrl = Field(
            description="Address of the instance.", examples=["https://mastodon.example"]
        )
        tag: str | None = Field(
            default=None,
            pattern=r"^[^#/?&\s]+$",
            description="Only posts with this hashtag, without #.",
            examples=["acme"],
        )
        local: bool = Field(default=False, description="Only posts written on this instance.")
        only_indexable: bool = Field(
            default=False, description="Only authors who opted in to search."
        )

    info = SourceInfo(
        key_needed=False,
        terms_url="https://docs.joinmastodon.org/methods/timelines/",
        limits="300 requests in 15 minutes per address; 40 posts per request",
        deletions="none",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def start_requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """Read forward from the newest stored post; backward until the first crawl ends.

        A gap that an interrupted crawl left is closed first.
        """
        position = cursor or {}
        if not position.get("backfilled"):
            until = format_utc(now - timedelta(days=self.options.backfill_days)) or ""
            context = {
                "until": position.get("until", until),
                "newest": position.get("newest", OLDEST_ID),
            }
            return [self._backward(position.get("oldest", ""), context)]
        newest = position["newest"]
        forward = self._forward(newest, {"known": newest})
        if "gap_from" not in position:
            return [forward]
        gap = {"known": position["gap_until"], "newest": newest}
        return [self._backward(position["gap_from"], gap), forward]

    def parse(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Return the posts of one page, without those whose author forbids it (``noindex``)."""
        page = parse_json_rows(body, Status, "a timeline")
        posts, hidden_drops = self._posts(page.rows, url)
        by_age = sorted(page.rows, key=lambda status: _id_order(status.id))
        way = self._next_pages(by_age, fetch.context)
        return replace(way, posts=posts, row_drops={**page.drops, **hidden_drops})

    def _next_pages(self, by_age: Sequence[Status], context: Mapping[str, str]) -> ParsedPage:
        """Return the further fetches and the cursor after the page of *by_age*, oldest first."""
        ids = [status.id for status in by_age]
        if "until" in context:
            return self._first_crawl(by_age, context)
        if "oldest" in context:
            return self._gap(ids, context)
        if ids and _id_order(ids[0]) > _id_order(context["newest"]):
            return self._more_news(ids, context)
        return self._end_of_news(ids, context)

    def _more_news(self, ids: Sequence[str], context: Mapping[str, str]) -> ParsedPage:
        """Read forward; until the end is reached, the posts before the first page may be a gap."""
        known, newest = context["known"], ids[-1]
        gap_from = context.get("gap_from", ids[0])
        is_full = context.get("full", "yes" if len(ids) >= FULL_PAGE else "")
        fetch = self._forward(newest, {"known": known, "gap_from": gap_from, "full": is_full})
        return ParsedPage(next_fetches=(fetch,), cursor=_gap_cursor(newest, gap_from, known))

    def _end_of_news(self, ids: Sequence[str], context: Mapping[str, str]) -> ParsedPage:
        """Read the posts before the first page, unless that page followed the last crawl.

        All posts are read, or this is the newest page whatever was asked. A full first page was
        perhaps that one, too, where ``min_id`` is ``since_id``: the posts before it prove it.
        """
        newest = max([context["newest"], *ids], key=_id_order)
        if "gap_from" not in context or not (ids or context["full"]):
            return ParsedPage(cursor=_end(newest))
        gap_from, known = context["gap_from"], context["known"]
        fetch = self._backward(gap_from, {"known": known, "newest": newest})
        return ParsedPage(next_fetches=(fetch,), cursor=_gap_cursor(newest, gap_from, known))

    def _gap(self, ids: Sequence[str], context: Mapping[str, str]) -> ParsedPage:
        """Read backward until the posts of the last crawl."""
        newest, known = context["newest"], context["known"]
        is_end = not ids or _id_order(ids[0]) <= _id_order(known)
        if is_end or not _is_further_back(ids[0], context["oldest"]):
            return ParsedPage(cursor=_end(newest))
        fetch = self._backward(ids[0], {"known": known, "newest": newest})
        return ParsedPage(next_fetches=(fetch,), cursor=_gap_cursor(newest, ids[0], known))

    def _first_crawl(self, by_age: Sequence[Status], context: Mapping[str, str]) -> ParsedPage:
        """Read backward until posts are older than asked, one after the other."""
        newest = max([context["newest"], *(status.id for status in by_age)], key=_id_order)
        old_run = _old_run(by_age, parse_utc(context["until"]), int(context.get("old", "0")))
        is_dated = any(status.created_at.at for status in by_age)
        if (
            not is_dated
            or old_run >= OLD_RUN
            or not _is_further_back(by_age[0].id, context["oldest"])
        ):
            return ParsedPage(cursor=_end(newest))
        position = {"until": context["until"], "newest": newest}
        fetch = self._backward(by_age[0].id, {**position, "old": str(old_run)})
        return ParsedPage(next_fetches=(fetch,), cursor={**position, "oldest": by_age[0].id})

    def _forward(self, newest: str, context: Mapping[str, str]) -> Fetch:
        return Fetch(
            url=self._url(min_id=newest), conditional=True, context={**context, "newest": newest}
        )

    def _backward(self, oldest: str, context: Mapping[str, str]) -> Fetch:
        url = self._url(max_id=oldest) if oldest else self._url()
        return Fetch(url=url, context={**context, "oldest": oldest})

    def _url(self, **id_bounds: str) -> str:
        tag = self.options.tag
        timeline = f"tag/{quote(tag, safe='')}" if tag else "public"
        local = {"local": "true"} if self.options.local else {}
        query = urlencode({"limit": PAGE_SIZE, **local, **id_bounds})
        return f"{self.options.url.rstrip('/')}/api/v1/timelines/{timeline}?{query}"

    def _posts(
        self, statuses: Iterable[Status], url: str
    ) -> tuple[tuple[Post, ...], Mapping[str, int]]:
        """Return the posts, and the number of those whose author forbids it."""
        originals = [status.reblog or status for status in statuses]
        allowed = [status for status in originals if self._is_allowed(status)]
        hidden_count = len(originals) - len(allowed)
        posts = tuple(build_post(status, url) for status in allowed)
        return posts, {DropReason.NOINDEX: hidden_count} if hidden_count else {}

    def _is_allowed(self, status: Status) -> bool:
        author = status.account
        return not author.noindex and (author.indexable or not self.options.only_indexable)


def _end(newest: str) -> dict[str, Any]:
    """Return the cursor of a crawl that has read everything up to *newest*."""
    return {"newest": newest, "backfilled": True}


def _gap_cursor(newest: str, gap_from: str, known: str) -> dict[str, Any]:
    """Return the cursor of a crawl that may lack posts between *known* and *gap_from*."""
    return {**_end(newest), "gap_from": gap_from, "gap_until": known}


def _id_order(status_id: str) -> tuple[int, str]:
    """Return a sort key: ids are numbers, or flakes of one length, in strings."""
    return len(status_id), status_id


def _is_further_back(oldest: str, asked: str) -> bool:
    """Return True unless a server that ignores ``max_id`` sent the page before *asked* again."""
    return not asked or _id_order(oldest) < _id_order(asked)


def _old_run(by_age: Sequence[Status], until: datetime, old_run: int) -> int:
    """Return the number of posts in a row older than *until*, after *old_run* such posts before."""
    for status in reversed(by_age):
        if at := status.created_at.at:
            old_run = old_run + 1 if at < until else 0
    return old_run
