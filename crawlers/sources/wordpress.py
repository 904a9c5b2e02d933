"""A WordPress site through its REST interface: posts as they change, comments as they come.

The next crawl asks for what changed since this one began, less a day: ``modified_after`` compares
with the site's own clock, whatever zone it is in, and what is known already costs nothing.

What was deleted changes no more. So once an hour the newest links are listed, without texts: what
stands in the record but not in the list is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urldefrag, urlencode

from pydantic import BaseModel, Field

from core.crawl import Listing, Post
from core.timestamps import instant, iso
from crawlers.html_text import html_to_text
from crawlers.json_rows import read_rows
from crawlers.source import Cursor, Facts, Fetch, Page, Source, SourceOptions
from crawlers.text import compose
from crawlers.urls import canonical, host

PAGE: Final = 100  # rows a request; more is an error 400
OVERLAP: Final = timedelta(days=1)  # more than the 14 hours that a zone can differ from UTC
# Beyond the last page 400; comments closed to visitors 401 or 403; switched off 404.
ABSENT: Final = (400, 401, 403, 404, 410)
EVERY: Final = timedelta(hours=1)  # between two listings
SECOND: Final = timedelta(seconds=1)  # the grain of the site's dates
MOST: Final = 3  # pages of a listing, of posts and of comments
POST_FIELDS: Final = "id,date_gmt,modified_gmt,link,title,content,author"
COMMENT_FIELDS: Final = "id,parent,author_name,date_gmt,link,content"
LINK_FIELDS: Final = "date_gmt,link"


class _Rendered(BaseModel):
    rendered: str = ""


class _Post(BaseModel):
    id: int
    date_gmt: datetime
    modified_gmt: datetime
    link: str = Field(min_length=1)
    title: _Rendered = _Rendered()
    content: _Rendered = _Rendered()
    author: int = 0


class _Comment(BaseModel):
    id: int
    parent: int = 0
    author_name: str = ""
    date_gmt: datetime
    link: str = Field(min_length=1)
    content: _Rendered


class _Link(BaseModel):
    date_gmt: datetime
    link: str = Field(min_length=1)


class Wordpress(Source):
    """Posts, new and edited, and their comments."""

    class Options(SourceOptions):
        """``url`` is the site's front page."""

        comments: bool = Field(default=True, description="Also read the comments.")

    facts = Facts(
        key_needed=False,
        terms_url="https://developer.wordpress.org/rest-api/",
        limits="none stated; 100 rows per request",
        deletions="poll",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """The first page of what changed since the last crawl began; then of a listing."""
        known = (cursor or {}).get("until")
        listed = (cursor or {}).get("listed", known or iso(now))  # the first crawl lists all
        first = now - timedelta(days=self.options.backfill_days)
        since = instant(known) - OVERLAP if known else first
        note = {"began": iso(now) or "", "listed": listed, "page": "1"}
        asked = [self._posts({**note, "since": _local(since)})]
        if now - instant(listed) >= EVERY:
            stretch = {"since": _local(first), "until": note["began"]}
            asked.append(self._links({**note, **stretch, "of": "posts"}))
        return asked

    def parse(self, body: bytes, fetch: Fetch, url: str) -> Page:
        """One page of posts, of comments, or of links to them."""
        read = {"posts": self._read_posts, "comments": self._read_comments}
        return read.get(fetch.note["what"], self._read_links)(body, fetch, url)

    def _read_posts(self, body: bytes, fetch: Fetch, url: str) -> Page:
        rows = read_rows(body, _Post, "WordPress posts")
        more = (self._posts(_turned(fetch)),) if len(rows) == PAGE else ()
        posts = tuple(_post(row, url) for row in rows)
        if fetch.note["page"] != "1":
            return Page(posts=posts, follow=more)
        first = (self._comments(dict(fetch.note)),) if self.options.comments else ()
        return Page(
            posts=posts, follow=more + first, cursor_after=_done(fetch, fetch.note["listed"])
        )

    def _read_comments(self, body: bytes, fetch: Fetch, url: str) -> Page:
        comments = read_rows(body, _Comment, "WordPress comments")
        more = (self._comments(_turned(fetch)),) if len(comments) == PAGE else ()
        return Page(posts=tuple(_comment(row, url) for row in comments), follow=more)

    def _read_links(self, body: bytes, fetch: Fetch, _: str) -> Page:
        note, links = fetch.note, read_rows(body, _Link, "WordPress links")
        is_full = len(links) == PAGE
        oldest = min(link.date_gmt for link in links).replace(tzinfo=UTC) if is_full else None
        more = self._more_links(fetch, oldest)
        listing = _listing(links, note, oldest)
        if note["of"] != "posts" or note["page"] != "1":
            return Page(listing=listing, follow=more)
        if self.options.comments:
            more += (self._links({**note, "of": "comments"}),)
        return Page(listing=listing, follow=more, cursor_after=_done(fetch, note["began"]))

    def _more_links(self, fetch: Fetch, oldest: datetime | None) -> tuple[Fetch, ...]:
        if oldest is None or int(fetch.note["page"]) == MOST:
            return ()
        return (self._links({**_turned(fetch), "until": iso(oldest) or ""}),)

    def _posts(self, note: dict[str, str]) -> Fetch:
        asked = {"orderby": "modified", "modified_after": note["since"], "_fields": POST_FIELDS}
        return self._fetch("posts", asked, note)

    def _comments(self, note: dict[str, str]) -> Fetch:
        return self._fetch("comments", {"after": note["since"], "_fields": COMMENT_FIELDS}, note)

    def _links(self, note: dict[str, str]) -> Fetch:
        asked = {"after": note["since"], "_fields": LINK_FIELDS}
        fetch = self._fetch(note["of"], asked, note)
        return replace(fetch, absent=ABSENT, note={**note, "what": "links"})

    def _fetch(self, what: str, asked: dict[str, str], note: dict[str, str]) -> Fetch:
        paging = {"per_page": PAGE, "order": "desc", "page": note["page"]}
        query = urlencode({**paging, **asked}, safe=",:")
        is_start = what == "posts" and note["page"] == "1"
        return Fetch(
            url=f"{self.options.url.rstrip('/')}/wp-json/wp/v2/{what}?{query}",
            absent=() if is_start else ABSENT,
            note={**note, "what": what},
        )


def _local(at: datetime) -> str:
    """As the site compares it with its own clock, whose zone nobody knows."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _done(fetch: Fetch, listed: str) -> Cursor:
    return {"until": fetch.note["began"], "listed": listed, "backfilled": True}


def _listing(
    links: Sequence[_Link], note: Mapping[str, str], oldest: datetime | None
) -> Listing | None:
    """What still stands between *oldest*, where the next page goes on, and where this one began.

    Nothing is believed of an empty page, nor of the second that two pages share.
    """
    if not links:
        return None
    since = oldest + SECOND if oldest else instant(note["since"]) + OVERLAP
    return Listing(
        since=since,
        until=instant(note["until"]),
        uris=frozenset(canonical(link.link) for link in links),
        before=instant(note["listed"]),
    )


def _turned(fetch: Fetch) -> dict[str, str]:
    return {**fetch.note, "page": str(int(fetch.note["page"]) + 1)}


def _post(row: _Post, url: str) -> Post:
    published, modified = row.date_gmt.replace(tzinfo=UTC), row.modified_gmt.replace(tzinfo=UTC)
    return Post(
        uri=canonical(row.link),
        url=row.link,
        text=compose(html_to_text(row.title.rendered), html_to_text(row.content.rendered)),
        platform=host(row.link) or host(url),
        author=f"user {row.author}" if row.author else None,
        published=published,
        edited=modified if modified > published else None,
    )


def _comment(row: _Comment, url: str) -> Post:
    article = urldefrag(row.link).url
    return Post(
        uri=canonical(row.link),
        url=row.link,
        text=html_to_text(row.content.rendered),
        platform=host(row.link) or host(url),
        author=row.author_name or None,
        published=row.date_gmt.replace(tzinfo=UTC),
        parent=canonical(f"{article}#comment-{row.parent}" if row.parent else article),
    )
