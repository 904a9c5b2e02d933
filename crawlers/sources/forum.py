"""A forum in HTML: lists of threads, newest activity first, and threads, oldest post first.

CSS selectors find the parts; the defaults fit plain semantic HTML. Threads without new activity are
skipped. Replies reorder the lists during a crawl: a thread that moved up is newer than the cursor
of this crawl, and the next crawl reads it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urldefrag, urljoin
from zoneinfo import ZoneInfo

from parsel import Selector
from parsel.csstranslator import css2xpath
from pydantic import Field, ValidationInfo, field_validator

from core.crawl import Post
from core.errors import PermanentError
from core.role import Role
from core.timestamps import format_utc, parse_utc
from crawlers.dates.forum_dates import PageDates
from crawlers.dates.shared import without_shared_dates
from crawlers.html_text import parse_html, text_of
from crawlers.source import (
    Cursor,
    Fetch,
    PageZone,
    ParsedPage,
    Source,
    SourceInfo,
    SourceOptions,
    WebUrl,
)
from crawlers.urls import canonical_url, host, is_absolute
from crawlers.words.quotes import without_bbcode_quotes

# A thread that was hidden or deleted after its list was read.
GONE_STATUSES: Final = (401, 403, 404, 410)
# Classes of phpBB, SMF, PunBB, MyBB, vBulletin, XenForo, Invision and WoltLab.
SIGNATURES: Final = (
    ".signature, .sig, .postsignature, .post-signature, .user-signature, .message-signature, "
    ".messageSignature, .userSignature, .signature_holder, .signaturecontainer, .moderatorbar, "
    "[data-role=memberSignature]"
)
EDIT_NOTES: Final = (
    ".edited, .editedby, .edit-note, .edit_note, .postedit, .post-edit, .post_edit, .lastedited, "
    ".lastedit, .message-lastEdit, .messageEditNote, .ipsComment_edited, .modified"
)
_NO_SELECTORS: Final = frozenset({"url", "backfill_days", "zone"})


class Forum(Source):
    """Threads and their posts, as visitors see them."""

    class Options(SourceOptions):
        """All options but the first three are CSS selectors; ``::attr(x)`` selects an attribute."""

        url: WebUrl = Field(
            description="Address of a list of threads.",
            examples=["https://forum.example.org/latest"],
        )
        zone: PageZone = "UTC"
        thread: str = Field(default=".thread", description="One thread in the list.")
        thread_link: str = Field(
            default="a.title::attr(href)", description="Link to a thread, within its element."
        )
        thread_time: str = Field(
            default="time::attr(datetime)",
            description="Last activity of a thread, within its element.",
        )
        post: str = Field(default="article[id]", description="One post on a page of a thread.")
        author: str = Field(
            default="::attr(data-author)", description="Author of a post, within its element."
        )
        staff: str | None = Field(
            default=None,
            description="Mark of a post by the brand's own staff, within its element.",
            examples=[".badge-staff"],
        )
        text: str = Field(
            default=".content", description="Element with the text of a post, within its element."
        )
        quote: str = Field(
            default="blockquote, .quote", description="Words of other posts, within the text."
        )
        signature: str = Field(
            default=SIGNATURES, description="Signature of the author, within the text."
        )
        edit_note: str = Field(
            default=EDIT_NOTES, description="Line about the last edit, within the text."
        )
        time: str = Field(
            default="time::attr(datetime)", description="Time of a post, within its element."
        )
        edited: str = Field(
            default="time.edited::attr(datetime)",
            description="Time of the last edit of a post, within its element.",
        )
        permalink: str = Field(
            default='a[rel~="bookmark"]::attr(href)',
            description="Link to a post, within its element.",
        )
        next_page: str = Field(
            default='a[rel="next"]::attr(href)',
            description="Link to the next page of a list or thread.",
        )
        previous_page: str = Field(
            default='a[rel="prev"]::attr(href)',
            description="Link to the previous page of a thread.",
        )
        last_page: str = Field(
            default='a[rel="last"]::attr(href)', description="Link to the last page of a thread."
        )

        @field_validator("*")
        @classmethod
        def _is_selector(cls, value: Any, field: ValidationInfo) -> Any:
            try:
                if field.field_name not in _NO_SELECTORS and value is not None:
                    css2xpath(value)
            except (SyntaxError, RuntimeError) as error:  # raised by cssselect
                raise ValueError(f"not a CSS selector: {error}") from None
            return value

    info = SourceInfo(
        key_needed=False,
        terms_url=None,
        limits="follows robots.txt; one request at a time",
        deletions="none",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def start_requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """Return the first list; before it, the list at which the last crawl was interrupted."""
        position = cursor or {"until": format_utc(now - timedelta(days=self.options.backfill_days))}
        is_backfilled = position.get("backfilled", False)
        context = {
            "what": "start",
            "until": position["until"],
            "top": position.get("top", ""),
            "now": format_utc(now) or "",
            "backfilled": "yes" if is_backfilled else "",
        }
        if "list" not in position:
            return [Fetch(url=self.options.url, conditional=is_backfilled, context=context)]
        list_fetch = Fetch(url=position["list"], missing_statuses=GONE_STATUSES, context=context)
        return [
            list_fetch,
            Fetch(url=self.options.url, context={**context, "until": position["top"], "top": ""}),
        ]

    def parse(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Return the threads of a list, or the posts of a page of a thread."""
        page = parse_html(body)
        is_list = fetch.context["what"] in ("start", "list")
        return self._list(page, fetch, url) if is_list else self._thread(page, fetch, url)

    def _list(self, page: Selector, fetch: Fetch, url: str) -> ParsedPage:
        threads = self._threads(page, self._page_dates(page, fetch), url)
        until = parse_utc(fetch.context["until"])
        newest = fetch.context["top"] or _newest_activity(threads, fetch.context)
        context = {**fetch.context, "what": "list", "top": newest}
        next_fetches = [
            self._first_page(link, context) for link, at in threads if link and _is_new(at, until)
        ]
        next_url = _link(page, self.options.next_page, url)
        if next_url and _is_new(threads[-1][1], until):
            next_fetches.append(
                Fetch(url=next_url, missing_statuses=GONE_STATUSES, context=context)
            )
        if fetch.context["what"] == "start":
            final_cursor = {"until": newest, "backfilled": True}
            return ParsedPage(next_fetches=tuple(next_fetches), final_cursor=final_cursor)
        # All threads of the earlier lists are stored by now: a crawl may resume here.
        position = {"until": context["until"], "top": newest, "list": url}
        cursor = {**position, "backfilled": bool(context["backfilled"])}
        return ParsedPage(next_fetches=tuple(next_fetches), cursor=cursor)

    def _page_dates(self, page: Selector, fetch: Fetch) -> PageDates:
        selectors = (self.options.thread_time, self.options.time)
        now, zone = parse_utc(fetch.context["now"]), ZoneInfo(self.options.zone)
        return PageDates(page, selectors, now=now, zone=zone)

    def _threads(
        self, page: Selector, dates: PageDates, url: str
    ) -> list[tuple[str | None, datetime | None]]:
        """Return the address and the last activity of each thread, in the order of the list."""
        threads = page.css(self.options.thread)
        if not threads:
            raise PermanentError(f"not a list of threads: nothing matches {self.options.thread!r}")
        link_selector, time_selector = self.options.thread_link, self.options.thread_time
        return [
            (_link(thread, link_selector, url), dates.at(thread, time_selector).at)
            for thread in threads
        ]

    def _first_page(self, thread: str, context: Mapping[str, str]) -> Fetch:
        times = {name: context[name] for name in ("until", "now")}
        thread_context = {"what": "thread", "thread": thread, **times}
        return Fetch(url=thread, missing_statuses=GONE_STATUSES, context=thread_context)

    def _thread(self, page: Selector, fetch: Fetch, url: str) -> ParsedPage:
        posts = self._posts(page, fetch, url)
        thread = fetch.context["thread"]
        direction, next_url = self._next_thread_page(page, posts, fetch, url)
        if next_url is None or next_url in (url, thread):
            return ParsedPage(posts=posts)
        context = {**fetch.context, "what": direction}
        return ParsedPage(
            posts=posts,
            next_fetches=(Fetch(url=next_url, missing_statuses=GONE_STATUSES, context=context),),
        )

    def _next_thread_page(
        self, page: Selector, posts: tuple[Post, ...], fetch: Fetch, url: str
    ) -> tuple[str, str | None]:
        """Return the direction in which to read a thread, and its next page in that direction.

        Forward by default. If the page ends before ``until``, back from the thread's last page.
        """
        until = parse_utc(fetch.context["until"])
        dates = [post.published or until for post in posts] or [until]
        if fetch.context["what"] == "back":
            is_all_new = dates[0] >= until
            return "back", _link(page, self.options.previous_page, url) if is_all_new else None
        if dates[-1] < until and (last_url := _link(page, self.options.last_page, url)):
            return "back", last_url
        return "thread", _link(page, self.options.next_page, url)

    def _posts(self, page: Selector, fetch: Fetch, url: str) -> tuple[Post, ...]:
        dates, thread = self._page_dates(page, fetch), fetch.context["thread"]
        elements = page.css(self.options.post)
        readings = [dates.at(element, self.options.time) for element in elements]
        posts = (self._post(element, dates, thread, url) for element in elements)
        return tuple(
            replace(post, published=reading.at, date_problem=reading.problem)
            for post, reading in zip(posts, without_shared_dates(readings), strict=True)
        )

    def _post(self, post: Selector, dates: PageDates, thread: str, url: str) -> Post:
        """Return the post of one element; its publication is read with those of the page."""
        bodies = post.css(self.options.text)
        # A bare "#p7" belongs to the thread: the page of a post may change.
        anchor = urldefrag(thread).url
        link = _link(post, self.options.permalink, url, anchor=anchor)
        uri = canonical_url(link or f"{anchor}#{post.xpath('@id').get('')}")
        return Post(
            uri=uri,
            url=link or uri,
            text=self._own_words(bodies[0]) if bodies else "",
            platform=host(url),
            author=post.css(self.options.author).get() or None,
            published=None,
            edited=dates.at(post, self.options.edited).at,
            author_role=self._author_role(post),
        )

    def _own_words(self, body: Selector) -> str:
        options = self.options
        foreign_parts = body.css(f"{options.quote}, {options.signature}, {options.edit_note}")
        return without_bbcode_quotes(text_of(body.root, foreign_parts))

    def _author_role(self, post: Selector) -> Role | None:
        staff = self.options.staff
        return Role.BRAND if staff and post.css(staff) else None


def _newest_activity(
    threads: Iterable[tuple[str | None, datetime | None]], context: Mapping[str, str]
) -> str:
    """Return the last activity of all threads, without dates in the future."""
    now = parse_utc(context["now"])
    return (
        format_utc(max((at for _, at in threads if at and at <= now), default=None))
        or context["until"]
    )


def _is_new(at: datetime | None, until: datetime) -> bool:
    return at is None or at >= until


def _link(element: Selector, selector: str, url: str, *, anchor: str = "") -> str | None:
    """Return the link at *selector*, resolved against *url*; a bare fragment against *anchor*."""
    href = (element.css(selector).get() or "").strip()
    if not href:
        return None
    try:
        address = urljoin(anchor or url if href.startswith("#") else url, href)
    except ValueError:
        return None
    return address if is_absolute(address) else None
