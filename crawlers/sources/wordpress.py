"""A WordPress site through its REST interface: changed posts and new comments.

The next crawl requests changes since this one began, less a day: ``modified_after`` compares with
the site's own clock in an unknown time zone, and unchanged posts cost nothing.

Deletions are not reported as changes. So once an hour the newest links are listed, without texts:
a mention in the database that is not in the list was deleted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from core.crawl import Listing, Post
from core.timestamps import format_utc, parse_utc
from crawlers.html_text import html_to_text
from crawlers.json_rows import parse_json_rows
from crawlers.source import Cursor, Fetch, ParsedPage, Source, SourceInfo, SourceOptions, WebUrl
from crawlers.text import compose
from crawlers.urls import canonical_url, host

PAGE_SIZE: Final = 100  # rows in a response; more is an error 400
OVERLAP: Final = timedelta(days=1)  # more than the 14 hours by which a zone can differ from UTC
# 400 beyond the last page; 401 or 403 for private comments; 404 if they are switched off.
MISSING_STATUSES: Final = (400, 401, 403, 404, 410)
LISTING_INTERVAL: Final = timedelta(hours=1)  # between two listings
SECOND: Final = timedelta(seconds=1)  # resolution of the site's dates
MAX_LISTING_PAGES: Final = 3  # pages of a listing, for posts and for comments each
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
        """The site must offer the REST API of WordPress, as most do."""

        url: WebUrl = Field(
            description="Front page of the site.", examples=["https://blog.example.org/"]
        )
        comments: bool = Field(default=True, description="Also read the comments.")

    info = SourceInfo(
        key_needed=False,
        terms_url="https://developer.wordpress.org/rest-api/",
        limits="none stated; 100 rows per request",
        deletions="poll",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def start_requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """Return the first page of changes since the last crawl began, and of a due listing."""
        last_start = (cursor or {}).get("until")
        # The first crawl reads all posts and needs no listing.
        last_listing = (cursor or {}).get("listed", last_start or format_utc(now))
        oldest = now - timedelta(days=self.options.backfill_days)
        since = parse_utc(last_start) - OVERLAP if last_start else oldest
        context = {"began": format_utc(now) or "", "listed": last_listing, "page": "1"}
        fetches = [self._posts({**context, "since": _site_time(since)})]
        if now - parse_utc(last_listing) >= LISTING_INTERVAL:
            window = {"since": _site_time(oldest), "until": context["began"]}
            fetches.append(self._links({**context, **window, "of": "posts"}))
        return fetches

    def parse(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Return one page of posts, of comments, or of links to them."""
        parsers = {"posts": self._parse_posts, "comments": self._parse_comments}
        return parsers.get(fetch.context["what"], self._parse_links)(body, fetch, url)

    def _parse_posts(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        page = parse_json_rows(body, _Post, "WordPress posts")
        next_fetches = (self._posts(_next_page_context(fetch)),) if page.count == PAGE_SIZE else ()
        posts = tuple(_build_post(row, url) for row in page.rows)
        if fetch.context["page"] != "1":
            return ParsedPage(posts=posts, row_drops=page.drops, next_fetches=next_fetches)
        comment_fetches = (self._comments(dict(fetch.context)),) if self.options.comments else ()
        return ParsedPage(
            posts=posts,
            row_drops=page.drops,
            next_fetches=next_fetches + comment_fetches,
            final_cursor=_final_cursor(fetch, fetch.context["listed"]),
        )

    def _parse_comments(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        page = parse_json_rows(body, _Comment, "WordPress comments")
        next_fetches = (
            (self._comments(_next_page_context(fetch)),) if page.count == PAGE_SIZE else ()
        )
        return ParsedPage(
            posts=tuple(_build_comment(row, url) for row in page.rows),
            row_drops=page.drops,
            next_fetches=next_fetches,
        )

    def _parse_links(self, body: str, fetch: Fetch, _: str) -> ParsedPage:
        context, page = fetch.context, parse_json_rows(body, _Link, "WordPress links")
        links, is_full = page.rows, page.count == PAGE_SIZE
        oldest = min(link.date_gmt for link in links).replace(tzinfo=UTC) if is_full else None
        next_fetches = self._more_links(fetch, oldest)
        # An unreadable row may be a post that exists: without it nothing is a deletion.
        listing = None if page.unreadable else _build_listing(links, context, oldest)
        if context["of"] != "posts" or context["page"] != "1":
            return ParsedPage(listing=listing, next_fetches=next_fetches)
        if self.options.comments:
            next_fetches += (self._links({**context, "of": "comments"}),)
        return ParsedPage(
            listing=listing,
            next_fetches=next_fetches,
            final_cursor=_final_cursor(fetch, context["began"]),
        )

    def _more_links(self, fetch: Fetch, oldest: datetime | None) -> tuple[Fetch, ...]:
        if oldest is None or int(fetch.context["page"]) == MAX_LISTING_PAGES:
            return ()
        return (self._links({**_next_page_context(fetch), "until": format_utc(oldest) or ""}),)

    def _posts(self, context: dict[str, str]) -> Fetch:
        params = {"orderby": "modified", "modified_after": context["since"], "_fields": POST_FIELDS}
        return self._fetch("posts", params, context)

    def _comments(self, context: dict[str, str]) -> Fetch:
        return self._fetch(
            "comments", {"after": context["since"], "_fields": COMMENT_FIELDS}, context
        )

    def _links(self, context: dict[str, str]) -> Fetch:
        params = {"after": context["since"], "_fields": LINK_FIELDS}
        fetch = self._fetch(context["of"], params, context)
        return replace(
            fetch, missing_statuses=MISSING_STATUSES, context={**context, "what": "links"}
        )

    def _fetch(self, resource: str, params: dict[str, str], context: dict[str, str]) -> Fetch:
        paging = {"per_page": PAGE_SIZE, "order": "desc", "page": context["page"]}
        query = urlencode({**paging, **params}, safe=",:")
        is_start = resource == "posts" and context["page"] == "1"
        return Fetch(
            url=f"{self.options.url.rstrip('/')}/wp-json/wp/v2/{resource}?{query}",
            missing_statuses=() if is_start else MISSING_STATUSES,
            context={**context, "what": resource},
        )


def _site_time(at: datetime) -> str:
    """Return *at* without zone, as the site compares it with its own clock."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _final_cursor(fetch: Fetch, last_listing: str) -> Cursor:
    return {"until": fetch.context["began"], "listed": last_listing, "backfilled": True}


def _build_listing(
    links: Sequence[_Link], context: Mapping[str, str], oldest: datetime | None
) -> Listing | None:
    """Return the existing links between *oldest*, where the next page starts, and the page's start.

    An empty page proves nothing and gives None. The second that two pages share is left out.
    """
    if not links:
        return None
    since = oldest + SECOND if oldest else parse_utc(context["since"]) + OVERLAP
    return Listing(
        since=since,
        until=parse_utc(context["until"]),
        uris=frozenset(canonical_url(link.link) for link in links),
        before=parse_utc(context["listed"]),
    )


def _next_page_context(fetch: Fetch) -> dict[str, str]:
    return {**fetch.context, "page": str(int(fetch.context["page"]) + 1)}


def _build_post(row: _Post, url: str) -> Post:
    published_at, modified_at = (
        row.date_gmt.replace(tzinfo=UTC),
        row.modified_gmt.replace(tzinfo=UTC),
    )
    return Post(
        uri=canonical_url(row.link),
        url=row.link,
        text=compose(html_to_text(row.title.rendered), html_to_text(row.content.rendered)),
        platform=host(row.link) or host(url),
        author=f"user {row.author}" if row.author else None,
        published=published_at,
        edited=modified_at if modified_at > published_at else None,
    )


def _build_comment(row: _Comment, url: str) -> Post:
    article = row.link.partition("#")[0]
    return Post(
        uri=canonical_url(row.link),
        url=row.link,
        text=html_to_text(row.content.rendered),
        platform=host(row.link) or host(url),
        author=row.author_name or None,
        published=row.date_gmt.replace(tzinfo=UTC),
        parent=canonical_url(f"{article}#comment-{row.parent}" if row.parent else article),
    )
