"""A timeline of an instance with the Mastodon API: its public one, or a hashtag's.

The first crawl reads backward by ``max_id``; later ones read forward by ``min_id``, which leaves no
gap (``since_id`` would). Pages are addressed by ids: not every server sends a Link header.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from pydantic import AwareDatetime, BaseModel, Field

from core.crawl import Post
from core.role import Role
from core.timestamps import format_utc, parse_utc
from crawlers.html_text import html_to_text
from crawlers.json_rows import parse_json_rows
from crawlers.source import Cursor, Fetch, ParsedPage, Source, SourceInfo, SourceOptions, WebUrl
from crawlers.urls import host

PAGE_SIZE: Final = 40  # maximum of the API
OLDEST_ID: Final = "0"  # lower than every id: start of an empty timeline


class _Account(BaseModel):
    acct: str
    url: str = ""
    bot: bool | None = None
    noindex: bool | None = None
    indexable: bool | None = None


class _Status(BaseModel):
    id: str = Field(min_length=1)
    uri: str = Field(min_length=1)
    url: str | None = None
    account: _Account
    content: str
    spoiler_text: str = ""
    created_at: AwareDatetime
    edited_at: AwareDatetime | None = None
    language: str | None = None
    replies_count: int = 0
    reblogs_count: int = 0
    favourites_count: int = 0
    reblog: "_Status | None" = None


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
        """Read forward from the newest stored post; backward until the first crawl ends."""
        position = cursor or {}
        if position.get("backfilled"):
            return [self._forward(position["newest"])]
        until = format_utc(now - timedelta(days=self.options.backfill_days)) or ""
        context = {
            "until": position.get("until", until),
            "newest": position.get("newest", OLDEST_ID),
        }
        return [self._backward(position.get("oldest", ""), context)]

    def parse(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Return the posts of one page, without those whose author forbids it (``noindex``)."""
        page = parse_json_rows(body, _Status, "a timeline")
        statuses = page.rows
        posts, hidden_count = self._posts(statuses, url)
        drops = page.drops | ({"noindex": hidden_count} if hidden_count else {})
        by_age = sorted(statuses, key=lambda status: _id_order(status.id))
        newest = max([fetch.context["newest"], *(status.id for status in by_age)], key=_id_order)
        final_cursor = {"newest": newest, "backfilled": True}
        if "until" not in fetch.context:
            next_fetches = (self._forward(newest),) if by_age else ()
            return ParsedPage(
                posts=posts, row_drops=drops, next_fetches=next_fetches, cursor=final_cursor
            )
        if not by_age or by_age[0].created_at < parse_utc(fetch.context["until"]):
            return ParsedPage(posts=posts, row_drops=drops, cursor=final_cursor)
        oldest = by_age[0].id
        context = {"until": fetch.context["until"], "newest": newest}
        next_fetch = self._backward(oldest, context)
        return ParsedPage(
            posts=posts,
            row_drops=drops,
            next_fetches=(next_fetch,),
            cursor={**context, "oldest": oldest},
        )

    def _forward(self, newest: str) -> Fetch:
        return Fetch(url=self._url(min_id=newest), conditional=True, context={"newest": newest})

    def _backward(self, oldest: str, context: dict[str, str]) -> Fetch:
        return Fetch(url=self._url(max_id=oldest) if oldest else self._url(), context=context)

    def _url(self, **id_bounds: str) -> str:
        tag = self.options.tag
        timeline = f"tag/{quote(tag, safe='')}" if tag else "public"
        local = {"local": "true"} if self.options.local else {}
        query = urlencode({"limit": PAGE_SIZE, **local, **id_bounds})
        return f"{self.options.url.rstrip('/')}/api/v1/timelines/{timeline}?{query}"

    def _posts(self, statuses: Iterable[_Status], url: str) -> tuple[tuple[Post, ...], int]:
        """Return the posts, and the number of statuses whose author forbids it."""
        originals = [status.reblog or status for status in statuses]
        allowed = [status for status in originals if self._is_allowed(status)]
        posts = tuple(_build_post(status, url) for status in allowed)
        return posts, len(originals) - len(allowed)

    def _is_allowed(self, status: _Status) -> bool:
        author = status.account
        return not author.noindex and (bool(author.indexable) or not self.options.only_indexable)


def _id_order(status_id: str) -> tuple[int, str]:
    """Return a sort key: ids are numbers, or flakes of one length, in strings."""
    return len(status_id), status_id


def _build_post(status: _Status, url: str) -> Post:
    name, _, instance = status.account.acct.partition("@")
    parts = (status.spoiler_text.strip(), html_to_text(status.content))
    return Post(
        uri=status.uri,
        url=status.url or status.uri,
        text="\n\n".join(part for part in parts if part),
        platform=instance or host(status.account.url) or host(url),
        author=name,
        published=status.created_at.astimezone(UTC),
        edited=status.edited_at.astimezone(UTC) if status.edited_at else None,
        language=status.language,
        author_role=Role.AUTOMATED if status.account.bot else None,
        engagement={
            "replies": status.replies_count,
            "reposts": status.reblogs_count,
            "likes": status.favourites_count,
        },
    )
