"""A forum in HTML: lists of threads, newest activity first, and threads, oldest post first.

Selectors say what is what; the defaults read plain semantic HTML. Threads without new activity are
skipped. Lists shift while they are read, for replies arrive: what moved up meanwhile is newer than
the cursor that this crawl leaves, so the next one reads it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urldefrag, urljoin

from parsel import Selector
from parsel.csstranslator import css2xpath
from pydantic import Field, ValidationInfo, field_validator

from core.crawl import Post
from core.errors import PermanentError
from core.timestamps import instant, iso
from crawlers.html_text import decode_html, parse_html, text_of
from crawlers.source import Cursor, Facts, Fetch, Page, Source, SourceOptions
from crawlers.urls import canonical, host, is_absolute

GONE: Final = (401, 403, 404, 410)  # a thread that was hidden or deleted since the list was read
_NO_SELECTORS: Final = frozenset({"url", "backfill_days"})


class Forum(Source):
    """Threads and their posts, as a visitor reads them."""

    class Options(SourceOptions):
        """``url`` is the list of threads; the others are CSS selectors, ``::attr(x)`` included."""

        thread: str = Field(default=".thread", description="One thread in a list.")
        thread_link: str = Field(default="a.title::attr(href)", description="In a thread.")
        thread_time: str = Field(
            default="time::attr(datetime)", description="In a thread: its last activity."
        )
        post: str = Field(default="article[id]", description="One post in a thread's page.")
        author: str = Field(default="::attr(data-author)", description="In a post.")
        text: str = Field(default=".content", description="In a post; an element.")
        time: str = Field(default="time::attr(datetime)", description="In a post.")
        edited: str = Field(default="time.edited::attr(datetime)", description="In a post.")
        permalink: str = Field(default='a[rel~="bookmark"]::attr(href)', description="In a post.")
        next_page: str = Field(default='a[rel="next"]::attr(href)', description="On any page.")
        previous_page: str = Field(default='a[rel="prev"]::attr(href)', description="In a thread.")
        last_page: str = Field(default='a[rel="last"]::attr(href)', description="In a thread.")

        @field_validator("*")
        @classmethod
        def _is_selector(cls, value: Any, field: ValidationInfo) -> Any:
            try:
                if field.field_name not in _NO_SELECTORS:
                    css2xpath(value)
            except (SyntaxError, RuntimeError) as error:  # what cssselect raises
                raise ValueError(f"not a CSS selector: {error}") from None
            return value

    facts = Facts(
        key_needed=False,
        terms_url=None,
        limits="follows robots.txt; one request at a time",
        deletions="none",
        default_on=True,
        proven="recorded",
    )
    options: Options

    def requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """The first list; before it, the one at which the last crawl broke off."""
        known = cursor or {"until": iso(now - timedelta(days=self.options.backfill_days))}
        is_backfilled = known.get("backfilled", False)
        note = {
            "what": "start",
            "until": known["until"],
            "top": known.get("top", ""),
            "now": iso(now) or "",
            "backfilled": "yes" if is_backfilled else "",
        }
        if "list" not in known:
            return [Fetch(url=self.options.url, conditional=is_backfilled, note=note)]
        rest = Fetch(url=known["list"], absent=GONE, note=note)
        return [rest, Fetch(url=self.options.url, note={**note, "until": known["top"], "top": ""})]

    def parse(self, body: bytes, fetch: Fetch, url: str) -> Page:
        """A list, or a page of a thread."""
        page = parse_html(decode_html(body))
        is_list = fetch.note["what"] in ("start", "list")
        return self._list(page, fetch, url) if is_list else self._thread(page, fetch, url)

    def _list(self, page: Selector, fetch: Fetch, url: str) -> Page:
        threads = self._threads(page, url)
        until = instant(fetch.note["until"])
        top = fetch.note["top"] or _newest(threads, fetch.note)
        note = {**fetch.note, "what": "list", "top": top}
        follow = [
            self._first_page(link, note) for link, at in threads if link and _is_new(at, until)
        ]
        following = _link(page, self.options.next_page, url)
        if following and _is_new(threads[-1][1], until):
            follow.append(Fetch(url=following, absent=GONE, note=note))
        if fetch.note["what"] == "start":
            done = {"until": top, "backfilled": True}
            return Page(follow=tuple(follow), cursor_after=done)
        # All threads of the lists before this one are recorded by now: a crawl may resume here.
        standing = {"until": note["until"], "top": top, "list": url}
        cursor = {**standing, "backfilled": bool(note["backfilled"])}
        return Page(follow=tuple(follow), cursor=cursor)

    def _threads(self, page: Selector, url: str) -> list[tuple[str | None, datetime | None]]:
        """The address and the last activity of each thread, in the order of the list."""
        threads = page.css(self.options.thread)
        if not threads:
            raise PermanentError(f"not a list of threads: nothing matches {self.options.thread!r}")
        link, time = self.options.thread_link, self.options.thread_time
        return [(_link(t, link, url), _instant(t.css(time).get())) for t in threads]

    def _first_page(self, thread: str, note: Mapping[str, str]) -> Fetch:
        told = {"what": "thread", "thread": thread, "until": note["until"]}
        return Fetch(url=thread, absent=GONE, note=told)

    def _thread(self, page: Selector, fetch: Fetch, url: str) -> Page:
        thread = fetch.note["thread"]
        posts = tuple(self._post(post, thread, url) for post in page.css(self.options.post))
        way, turned = self._turn(page, posts, fetch, url)
        if turned is None or turned in (url, thread):
            return Page(posts=posts)
        note = {**fetch.note, "what": way}
        return Page(posts=posts, follow=(Fetch(url=turned, absent=GONE, note=note),))

    def _turn(
        self, page: Selector, posts: tuple[Post, ...], fetch: Fetch, url: str
    ) -> tuple[str, str | None]:
        """Which way to read a thread, and its next page that way.

        Forward, but what is new in a long thread stands at its end: from there back.
        """
        until = instant(fetch.note["until"])
        dates = [post.published or until for post in posts] or [until]
        if fetch.note["what"] == "back":
            is_all_new = dates[0] >= until
            return "back", _link(page, self.options.previous_page, url) if is_all_new else None
        if dates[-1] < until and (last := _link(page, self.options.last_page, url)):
            return "back", last
        return "thread", _link(page, self.options.next_page, url)

    def _post(self, post: Selector, thread: str, url: str) -> Post:
        bodies = post.css(self.options.text)
        # A bare "#p7" belongs to the thread: the page on which a post stands may change.
        anchor = urldefrag(thread).url
        link = _link(post, self.options.permalink, url, anchor=anchor)
        uri = canonical(link or f"{anchor}#{post.xpath('@id').get('')}")
        return Post(
            uri=uri,
            url=link or uri,
            text=text_of(bodies[0].root) if bodies else "",
            platform=host(url),
            author=post.css(self.options.author).get() or None,
            published=_instant(post.css(self.options.time).get()),
            edited=_instant(post.css(self.options.edited).get()),
        )


def _newest(threads: Iterable[tuple[str | None, datetime | None]], note: Mapping[str, str]) -> str:
    """The last activity of all, as far as the crawl can have seen it."""
    now = instant(note["now"])
    return iso(max((at for _, at in threads if at and at <= now), default=None)) or note["until"]


def _is_new(at: datetime | None, until: datetime) -> bool:
    return at is None or at >= until


def _link(place: Selector, selector: str, url: str, *, anchor: str = "") -> str | None:
    """The web address that *selector* finds, seen from *url*; a bare fragment, from *anchor*."""
    found = (place.css(selector).get() or "").strip()
    if not found:
        return None
    try:
        address = urljoin(anchor or url if found.startswith("#") else url, found)
    except ValueError:
        return None
    return address if is_absolute(address) else None


def _instant(text: str | None) -> datetime | None:
    try:
        return instant(text.strip()) if text else None
    except (ValueError, OverflowError):
        return None
