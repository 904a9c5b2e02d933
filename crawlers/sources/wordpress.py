"""A WordPress site through its REST interface: changed posts and new comments.

The next crawl requests changes since this one began, less a day: ``modified_after`` compares with
the site's own clock in an unknown time zone, and unchanged posts cost nothing. Sites before
WordPress 5.7 ignore it: a crawl ends at a page whose last row is older than asked.

Deletions are not reported as changes. So once an hour the newest links are listed, without texts:
a mention in the database that is not in the list was deleted.

The first crawl finds the address of the API: the default one, else the one that the front page
links to, else ``?rest_route=/``. An address that is not the default one is part of the cursor.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from core.errors import PermanentError
from core.timestamps import format_utc, parse_utc
from crawlers.formats import wordpress_api
from crawlers.formats.wordpress_pages import OVERLAP, SMALL_PAGE_SIZE, build_listing, next_contexts
from crawlers.formats.wordpress_rows import (
    COMMENT_FIELDS,
    LINK_FIELDS,
    POST_FIELDS,
    CommentRow,
    LinkRow,
    PostRow,
    build_comment,
    build_post,
)
from crawlers.html_text import is_html_page
from crawlers.json_rows import JsonRows, parse_json_rows
from crawlers.source import Cursor, Fetch, ParsedPage, Source, SourceInfo, SourceOptions, WebUrl

PAGE_SIZE: Final = 100  # rows in a response; more is an error 400
# 400 beyond the last page; 401 or 403 for private comments; 404 if they are switched off.
MISSING_STATUSES: Final = (400, 401, 403, 404, 410)
LISTING_INTERVAL: Final = timedelta(hours=1)  # between two listings
MAX_LISTING_PAGES: Final = 3  # pages of a listing, for posts and for comments each
NO_API: Final = (
    "not WordPress posts: no REST API under /wp-json/ or ?rest_route=, and the front page links "
    "to none; set kind: feed and the address of a feed of the site"
)


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
        position = cursor or {}
        last_start = position.get("until")
        # The first crawl reads all posts and needs no listing.
        last_listing = position.get("listed", last_start or format_utc(now))
        oldest = now - timedelta(days=self.options.backfill_days)
        since = parse_utc(last_start) - OVERLAP if last_start else oldest
        context = {"began": format_utc(now) or "", "listed": last_listing, "page": "1"}
        if "api" in position:
            context["api"] = position["api"]
        fetches = [self._posts({**context, "since": _site_time(since)})]
        if now - parse_utc(last_listing) >= LISTING_INTERVAL:
            window = {"since": _site_time(oldest), "until": context["began"]}
            fetches.append(self._links({**context, **window, "of": "posts"}))
        return fetches

    def parse(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Return one page of posts, of comments, or of links to them; or the API of a site."""
        parsers = {
            "posts": self._parse_posts,
            "comments": self._parse_comments,
            "links": self._parse_links,
            "site": self._parse_site,
        }
        return parsers[fetch.context["what"]](body, fetch, url)

    def _parse_posts(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        context = dict(fetch.context)
        page = _post_rows(body, is_first=context["page"] == "1")
        if page is None:
            return self._search_api(context)
        dates = [row.modified_gmt.at or row.at for row in page.rows]
        next_fetches = tuple(map(self._posts, next_contexts(fetch, page, dates)))
        posts = tuple(build_post(row, url) for row in page.rows)
        if context["page"] != "1":
            return ParsedPage(posts=posts, row_drops=page.drops, next_fetches=next_fetches)
        comment_fetches = (self._comments(context),) if self.options.comments else ()
        return ParsedPage(
            posts=posts,
            row_drops=page.drops,
            next_fetches=next_fetches + comment_fetches,
            final_cursor=_final_cursor(fetch, context["listed"]),
        )

    def _search_api(self, context: dict[str, str]) -> ParsedPage:
        """Return the fetch of the front page after a web page came in place of posts."""
        if "found" in context:
            raise PermanentError(NO_API)
        return ParsedPage(next_fetches=(self._site(context),))

    def _parse_comments(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        page = parse_json_rows(body, CommentRow, "WordPress comments")
        further_contexts = next_contexts(fetch, page, [row.at for row in page.rows])
        return ParsedPage(
            posts=tuple(build_comment(row, url) for row in page.rows),
            row_drops=page.drops,
            next_fetches=tuple(map(self._comments, further_contexts)),
        )

    def _parse_links(self, body: str, fetch: Fetch, _: str) -> ParsedPage:
        context, page = fetch.context, parse_json_rows(body, LinkRow, "WordPress links")
        dates = [row.at for row in page.rows]
        further_contexts = next_contexts(fetch, page, dates)
        oldest = min(filter(None, dates), default=None) if further_contexts else None
        next_fetches = self._more_links(further_contexts, oldest)
        # An unreadable or undated row may be a post that exists: then nothing is a deletion.
        is_proof = not page.unreadable and None not in dates
        listing = build_listing(page.rows, context, oldest) if is_proof else None
        if context["of"] != "posts" or context["page"] != "1":
            return ParsedPage(listing=listing, next_fetches=next_fetches)
        if self.options.comments:
            next_fetches += (self._links({**context, "of": "comments"}),)
        return ParsedPage(
            listing=listing,
            next_fetches=next_fetches,
            final_cursor=_final_cursor(fetch, context["began"]),
        )

    def _parse_site(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Return the fetch of the posts at the address that the front page links to."""
        root = wordpress_api.linked_root(fetch.answer_headers, body, url)
        if root is None or root == self._root(fetch.context):
            root = wordpress_api.query_root(url)
        return ParsedPage(next_fetches=(self._posts({**fetch.context, "api": root}),))

    def _more_links(
        self, contexts: Sequence[dict[str, str]], oldest: datetime | None
    ) -> tuple[Fetch, ...]:
        if oldest is None:
            return ()
        until = format_utc(oldest) or ""
        return tuple(
            self._links({**context, "until": until})
            for context in contexts
            if int(context["page"]) <= MAX_LISTING_PAGES
        )

    def _posts(self, context: dict[str, str]) -> Fetch:
        params = {"orderby": "modified", "modified_after": context["since"], "_fields": POST_FIELDS}
        fetch = self._fetch("posts", params, context)
        if context["page"] != "1":
            return fetch
        # The first page has to come: an error of it is one of the source.
        fallbacks = {}
        if "size" not in context:
            fallbacks[400] = self._posts({**context, "size": str(SMALL_PAGE_SIZE)})
        if "found" not in context:
            fallbacks |= dict.fromkeys((404, 410), self._site(context))
        return replace(fetch, missing_statuses=(), fallbacks=fallbacks)

    def _site(self, context: dict[str, str]) -> Fetch:
        """Return the fetch of the front page; without it ``?rest_route=`` is tried."""
        context = {**context, "found": "yes"}
        query_root = wordpress_api.query_root(self.options.url)
        query_fetch = self._posts({**context, "api": query_root})
        return Fetch(
            url=self.options.url,
            fallbacks=dict.fromkeys((404, 410), query_fetch),
            context={**context, "what": "site"},
        )

    def _comments(self, context: dict[str, str]) -> Fetch:
        return self._fetch(
            "comments", {"after": context["since"], "_fields": COMMENT_FIELDS}, context
        )

    def _links(self, context: dict[str, str]) -> Fetch:
        params = {"after": context["since"], "_fields": LINK_FIELDS}
        fetch = self._fetch(context["of"], params, context)
        return replace(fetch, context={**context, "what": "links"})

    def _fetch(self, resource: str, params: dict[str, str], context: dict[str, str]) -> Fetch:
        page_size = context.get("size", str(PAGE_SIZE))
        paging = {"per_page": page_size, "order": "desc", "page": context["page"]}
        return Fetch(
            url=wordpress_api.resource_url(self._root(context), resource, {**paging, **params}),
            missing_statuses=MISSING_STATUSES,
            context={**context, "what": resource},
        )

    def _root(self, context: Mapping[str, str]) -> str:
        return context.get("api") or wordpress_api.default_root(self.options.url)


def _post_rows(body: str, *, is_first: bool) -> JsonRows[PostRow] | None:
    """Return the rows of *body*; None if a web page came in place of the first ones."""
    try:
        return parse_json_rows(body, PostRow, "WordPress posts")
    except PermanentError:
        if is_first and is_html_page(body):
            return None
        raise


def _site_time(at: datetime) -> str:
    """Return *at* without zone, as the site compares it with its own clock."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _final_cursor(fetch: Fetch, last_listing: str) -> Cursor:
    api = {"api": fetch.context["api"]} if "api" in fetch.context else {}
    return {"until": fetch.context["began"], "listed": last_listing, "backfilled": True, **api}
