"""A timeline of a Mastodon-API instance: its public one, or a hashtag's.

The first crawl walks back by ``max_id``; later ones walk forward by ``min_id``, which leaves no gap
(``since_id`` would). Pages are found from ids: not every server sends a Link header.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from pydantic import AwareDatetime, BaseModel, Field

from core.crawl import Post
from core.timestamps import instant, iso
from crawlers.html_text import html_to_text
from crawlers.json_rows import read_rows
from crawlers.source import Cursor, Facts, Fetch, Page, Source, SourceOptions
from crawlers.urls import host

PAGE: Final = 40  # the most that the API gives at once
NOTHING: Final = "0"  # an id older than all others: where an empty timeline is read from


class _Account(BaseModel):
    acct: str
    url: str = ""
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
    """Public posts of one instance, as it shows them to visitors."""

    class Options(SourceOptions):
        """``url`` is the instance; with ``tag``, only posts that carry it."""

        tag: str | None = Field(default=None, pattern=r"^[^#/?&\s]+$", description="Without #.")
        local: bool = Field(default=False, description="Only posts written on this instance.")
        only_indexable: bool = Field(
            default=False, description="Only authors who opted in to search."
        )

    facts = Facts(
        key_needed=False,
        terms_url="https://docs.joinmastodon.org/methods/timelines/",
        limits="300 requests in 15 minutes per address; 40 posts per request",
        deletions="none",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """Forward from the newest known post; before, back from where the first crawl is."""
        known = cursor or {}
        if known.get("backfilled"):
            return [self._forward(known["newest"])]
        until = iso(now - timedelta(days=self.options.backfill_days)) or ""
        note = {"until": known.get("until", until), "newest": known.get("newest", NOTHING)}
        return [self._backward(known.get("oldest", ""), note)]

    def parse(self, body: bytes, fetch: Fetch, url: str) -> Page:
        """The posts of one page, without those whose author forbids it (``noindex``)."""
        statuses = read_rows(body, _Status, "a timeline")
        posts = self._posts(statuses, url)
        by_age = sorted(statuses, key=lambda status: _age(status.id))
        newest = max([fetch.note["newest"], *(status.id for status in by_age)], key=_age)
        caught_up = {"newest": newest, "backfilled": True}
        if "until" not in fetch.note:
            follow = (self._forward(newest),) if by_age else ()
            return Page(posts=posts, follow=follow, cursor=caught_up)
        if not by_age or by_age[0].created_at < instant(fetch.note["until"]):
            return Page(posts=posts, cursor=caught_up)
        oldest = by_age[0].id
        note = {"until": fetch.note["until"], "newest": newest}
        back = self._backward(oldest, note)
        return Page(posts=posts, follow=(back,), cursor={**note, "oldest": oldest})

    def _forward(self, newest: str) -> Fetch:
        return Fetch(url=self._url(min_id=newest), conditional=True, note={"newest": newest})

    def _backward(self, oldest: str, note: dict[str, str]) -> Fetch:
        return Fetch(url=self._url(max_id=oldest) if oldest else self._url(), note=note)

    def _url(self, **place: str) -> str:
        tag = self.options.tag
        timeline = f"tag/{quote(tag, safe='')}" if tag else "public"
        local = {"local": "true"} if self.options.local else {}
        query = urlencode({"limit": PAGE, **local, **place})
        return f"{self.options.url.rstrip('/')}/api/v1/timelines/{timeline}?{query}"

    def _posts(self, statuses: Iterable[_Status], url: str) -> tuple[Post, ...]:
        originals = (status.reblog or status for status in statuses)
        return tuple(_post(status, url) for status in originals if self._is_open(status))

    def _is_open(self, status: _Status) -> bool:
        author = status.account
        return not author.noindex and (bool(author.indexable) or not self.options.only_indexable)


def _age(status_id: str) -> tuple[int, str]:
    """Ids are numbers, or flakes of one length, in strings: both sort by length, then letters."""
    return len(status_id), status_id


def _post(status: _Status, url: str) -> Post:
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
        engagement={
            "replies": status.replies_count,
            "reposts": status.reblogs_count,
            "likes": status.favourites_count,
        },
    )
