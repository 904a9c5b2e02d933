"""A WordPress site through its REST interface: posts as they change, comments as they come.

The next crawl asks for what changed since this one began, less a day: ``modified_after`` compares
with the site's own clock, whatever zone it is in, and what is known already costs nothing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urldefrag, urlencode

from pydantic import BaseModel, Field

from core.instants import instant, iso
from core.mention import Post
from crawlers.address import canonical, host
from crawlers.html import html_to_text
from crawlers.rows import read_rows
from crawlers.source import Cursor, Facts, Fetch, Page, Source, SourceOptions
from crawlers.text import compose

PAGE: Final = 100  # rows a request; more is an error 400
OVERLAP: Final = timedelta(days=1)  # more than the 14 hours that a zone can differ from UTC
# Beyond the last page 400; comments closed to visitors 401 or 403; switched off 404.
ABSENT: Final = (400, 401, 403, 404, 410)
POST_FIELDS: Final = "id,date_gmt,modified_gmt,link,title,content,author"
COMMENT_FIELDS: Final = "id,parent,author_name,date_gmt,link,content"


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


class Wordpress(Source):
    """Posts, new and edited, and their comments."""

    class Options(SourceOptions):
        """``url`` is the site's front page."""

        comments: bool = Field(default=True, description="Also read the comments.")

    facts = Facts(
        key_needed=False,
        terms_url="https://developer.wordpress.org/rest-api/",
        limits="none stated; 100 rows a request",
        deletions="poll",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """The first page of what changed since the last crawl began."""
        known = (cursor or {}).get("until")
        first = now - timedelta(days=self.options.backfill_days)
        since = instant(known) - OVERLAP if known else first
        note = {"since": since.strftime("%Y-%m-%dT%H:%M:%S"), "began": iso(now) or "", "page": "1"}
        return [self._posts(note)]

    def parse(self, body: bytes, fetch: Fetch, url: str) -> Page:
        """One page of posts, or of comments."""
        if fetch.note["what"] == "comments":
            comments = read_rows(body, _Comment, "WordPress comments")
            more = (self._comments(_turned(fetch)),) if len(comments) == PAGE else ()
            return Page(posts=tuple(_comment(row, url) for row in comments), follow=more)
        rows = read_rows(body, _Post, "WordPress posts")
        more = (self._posts(_turned(fetch)),) if len(rows) == PAGE else ()
        posts = tuple(_post(row, url) for row in rows)
        if fetch.note["page"] != "1":
            return Page(posts=posts, follow=more)
        first = (self._comments(dict(fetch.note)),) if self.options.comments else ()
        done = {"until": fetch.note["began"], "backfilled": True}
        return Page(posts=posts, follow=more + first, cursor_after=done)

    def _posts(self, note: dict[str, str]) -> Fetch:
        asked = {"orderby": "modified", "modified_after": note["since"], "_fields": POST_FIELDS}
        return self._fetch("posts", asked, note)

    def _comments(self, note: dict[str, str]) -> Fetch:
        return self._fetch("comments", {"after": note["since"], "_fields": COMMENT_FIELDS}, note)

    def _fetch(self, what: str, asked: dict[str, str], note: dict[str, str]) -> Fetch:
        paging = {"per_page": PAGE, "order": "desc", "page": note["page"]}
        query = urlencode({**paging, **asked}, safe=",:")
        is_start = what == "posts" and note["page"] == "1"
        return Fetch(
            url=f"{self.options.url.rstrip('/')}/wp-json/wp/v2/{what}?{query}",
            absent=() if is_start else ABSENT,
            note={**note, "what": what},
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
