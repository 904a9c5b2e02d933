"""The run of one source: fetch, parse, record, follow; one page at a time, depth first.

While a page is recorded, its host already looks for the next one.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from core.errors import PermanentError
from core.plugins import load
from crawlers.download_handler import TALLY, Tally
from crawlers.failure_reasons import reason_of
from crawlers.job import Assignment, Fetched, Outcome, Sink
from crawlers.politeness import PauseError
from crawlers.retry_after import ask
from crawlers.robots import ForbiddenError
from crawlers.source import Cursor, Fetch, Page, Source
from crawlers.urls import shown

Step: TypeAlias = Fetch | tuple[Cursor, Fetched]

# Of the event loop: so many, and a request that may go at once is on the wire. Measured: six do.
TURNS: Final = 10

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_FOR_GOOD: Final = {301, 308}
# The header of an answer, the header that asks with it, and its name in the record.
_VALIDATORS: Final = (
    ("ETag", "If-None-Match", "etag"),
    ("Last-Modified", "If-Modified-Since", "last_modified"),
)


class Run:
    """Reads what one assignment leads to, and tells the sink."""

    def __init__(self, assignment: Assignment, sink: Sink, *, crawler: Crawler, most: int) -> None:
        self.assignment = assignment
        self._sink = sink
        self._crawler = crawler
        self._tally = Tally(allow_loopback=assignment.allow_loopback, most=most)
        self._asked: set[str] = set()
        self._moved: str | None = None
        self._ahead: list[Response | BaseException] = []  # how the next request ended; one or none

    async def walk(self, now: datetime) -> None:
        """Read all pages; whatever goes wrong is raised, and what was recorded stays."""
        kind = load("crawlers.sources", self.assignment.kind, Source)
        source = kind(self.assignment.options)
        steps: list[Step] = []
        steps += reversed(list(source.requests(self.assignment.cursor, now)))
        while steps:
            step = steps.pop()
            if not isinstance(step, Fetch):
                cursor, fetched = step
                await self._record(Page(cursor=cursor), fetched, steps)
            elif (read := self._read(step, await self._answer(step), source)) is not None:
                page, fetched = read
                if page.cursor_after is not None:
                    steps.append((page.cursor_after, fetched))
                    # A validator is a promise that all that the page leads to is recorded: it goes
                    # with the cursor that says the same.
                    fetched = replace(fetched, validators={})
                steps += reversed(page.follow)
                await self._record(replace(page, cursor_after=None), fetched, steps)

    def outcome(self, error: BaseException | None, now: Callable[[], datetime]) -> Outcome:
        """How the run ended: with *error*, or well."""
        ended = Outcome(
            state="ok",
            requests=self._tally.requests,
            bytes=self._tally.bytes,
            not_modified=self._tally.not_modified,
            moved=self._moved,
        )
        if error is None:
            return ended
        failed = replace(ended, state="failed", reason=reason_of(error))
        if isinstance(error, PauseError):
            retry_at = now() + timedelta(seconds=error.retry_after or 0)
            return replace(failed, state="waiting", retry_at=retry_at, host=error.place)
        return replace(failed, state="forbidden") if isinstance(error, ForbiddenError) else failed

    async def _record(self, page: Page, fetched: Fetched, steps: Sequence[Step]) -> None:
        """Record *page*; the last of *steps*, which is the next one, is asked for meanwhile."""
        coming = [self._ask(step) for step in steps[-1:] if isinstance(step, Fetch)]
        asked = asyncio.gather(*coming, return_exceptions=True)
        try:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            self._sink.page(self.assignment, page, fetched)
            self._ahead = await asked
        finally:
            asked.cancel()

    async def _answer(self, fetch: Fetch) -> Response:
        """The answer to *fetch*, which was asked while the page before was recorded, or is now."""
        ahead, self._ahead = self._ahead, []
        [answer] = ahead or [await self._ask(fetch)]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _read(
        self, fetch: Fetch, response: Response, source: Source
    ) -> tuple[Page, Fetched] | None:
        if response.status == _NOT_MODIFIED:
            self._tally.not_modified += 1
            self._sink.not_modified(self.assignment, fetch.url)
            return None
        if response.status in fetch.absent:
            return None
        if response.status != _OK:
            raise PermanentError(f"{shown(response.url)} returned {response.status}")
        self._note_move(fetch, response)
        page = source.parse(response.body, fetch, response.url)
        kept = dict(_validators(response))
        places = {fetch.url, response.url} if kept else set()
        validators = dict.fromkeys(places, kept)
        return page, Fetched(url=response.url, asked=fetch.url, validators=validators)

    async def _ask(self, fetch: Fetch) -> Response:
        if fetch.url in self._asked:
            raise PermanentError(f"{shown(fetch.url)} links back to itself")
        self._asked.add(fetch.url)
        known = self.assignment.validators.get(fetch.url, {}) if fetch.conditional else {}
        conditions = {ask: known[name] for _, ask, name in _VALIDATORS if name in known}
        request = Request(
            fetch.url, headers={**fetch.headers, **conditions}, meta={TALLY: self._tally}
        )
        return await ask(self._crawler, request)

    def _note_move(self, fetch: Fetch, response: Response) -> None:
        meta = response.request.meta if response.request else {}
        reasons = set(meta.get("redirect_reasons", ()))
        if reasons and reasons <= _FOR_GOOD and fetch.url == self.assignment.options.url:
            self._moved = response.url


def _validators(response: Response) -> Iterator[tuple[str, str]]:
    for header, _, name in _VALIDATORS:
        if value := response.headers.get(header):
            yield name, value.decode("latin-1")
