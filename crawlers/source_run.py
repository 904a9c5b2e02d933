"""The run of one source: fetch, parse, store, follow; one page at a time, depth first.

While a page is stored, the next one is already requested.
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
from crawlers.decoding.charset import decode
from crawlers.download_handler import BUDGET_KEY, RequestBudget
from crawlers.failure_reasons import ClosedError, login_error, reason_of, status_error
from crawlers.job import CrawlJob, CrawlOutcome, FetchedPage, Sink, SpiderSettings
from crawlers.politeness import PauseError
from crawlers.retry_after import download
from crawlers.robots import ForbiddenError
from crawlers.source import Cursor, Fetch, ParsedPage, Source
from crawlers.urls import redact_url

# A page to fetch, or a final cursor to store once all pages below its page are stored.
Step: TypeAlias = Fetch | tuple[Cursor, FetchedPage]

# Turns of the event loop until an unthrottled request is on the wire. Measured: six are enough.
EVENT_LOOP_TURNS: Final = 10

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_PERMANENT_REDIRECTS: Final = {301, 308}
# Response header, conditional request header, and name of the value in the database.
_VALIDATOR_HEADERS: Final = (
    ("ETag", "If-None-Match", "etag"),
    ("Last-Modified", "If-Modified-Since", "last_modified"),
)


class SourceRun:
    """The crawl of one job; its pages go to the sink."""

    def __init__(
        self, job: CrawlJob, sink: Sink, *, crawler: Crawler, settings: SpiderSettings
    ) -> None:
        self.job = job
        self._sink = sink
        self._crawler = crawler
        self._budget = RequestBudget(
            allow_loopback=job.allow_loopback, max_requests=settings.max_requests
        )
        self._is_prefetching = settings.is_prefetching
        self._requested_urls: set[str] = set()
        self._new_url: str | None = None
        # Response to the next request, or its error; one or none.
        self._prefetch: list[Response | BaseException] = []

    async def crawl(self, now: datetime) -> None:
        """Crawl all pages depth first and send each to the sink; *now* is the start of the crawl.

        The first error ends the crawl and is raised; the pages before it are stored.
        """
        source_class = load("crawlers.sources", self.job.kind, Source)
        source = source_class(self.job.options)
        steps: list[Step] = []
        steps += reversed(list(source.start_requests(self.job.cursor, now)))
        while steps:
            step = steps.pop()
            if not isinstance(step, Fetch):
                cursor, fetched_page = step
                await self._record(ParsedPage(cursor=cursor), fetched_page, steps)
            elif (result := self._parse(step, await self._response_to(step), source)) is not None:
                page, fetched_page = result
                if page.final_cursor is not None:
                    steps.append((page.final_cursor, fetched_page))
                    # A validator promises that all pages below are stored, as the final cursor
                    # does: both are stored together.
                    fetched_page = replace(fetched_page, validators={})
                steps += reversed(page.next_fetches)
                await self._record(replace(page, final_cursor=None), fetched_page, steps)

    def outcome(self, error: BaseException | None, now: Callable[[], datetime]) -> CrawlOutcome:
        """Return the outcome of the run: failed with *error*, or ok."""
        success = CrawlOutcome(
            state="ok",
            requests=self._budget.requests,
            bytes=self._budget.bytes,
            not_modified=self._budget.not_modified,
            new_url=self._new_url,
        )
        if error is None:
            return success
        failure = replace(success, state="failed", reason=reason_of(error))
        if isinstance(error, PauseError):
            retry_at = now() + timedelta(seconds=error.retry_after or 0)
            return replace(failure, state="waiting", retry_at=retry_at, host=error.endpoint)
        is_forbidden = isinstance(error, ForbiddenError | ClosedError)
        return replace(failure, state="forbidden") if is_forbidden else failure

    async def _record(
        self, page: ParsedPage, fetched_page: FetchedPage, steps: Sequence[Step]
    ) -> None:
        """Store *page*; meanwhile download the next step, the last of *steps*, if allowed."""
        next_steps = steps[-1:] if self._is_prefetching else ()
        prefetches = [self._download(step) for step in next_steps if isinstance(step, Fetch)]
        responses = asyncio.gather(*prefetches, return_exceptions=True)
        try:
            for _ in range(EVENT_LOOP_TURNS):
                await asyncio.sleep(0)
            self._sink.on_page(self.job, page, fetched_page)
            self._prefetch = await responses
        finally:
            responses.cancel()

    async def _response_to(self, fetch: Fetch) -> Response:
        """Return the response to *fetch*, prefetched or downloaded now."""
        prefetch, self._prefetch = self._prefetch, []
        [response] = prefetch or [await self._download(fetch)]
        if isinstance(response, BaseException):
            raise response
        return response

    def _parse(
        self, fetch: Fetch, response: Response, source: Source
    ) -> tuple[ParsedPage, FetchedPage] | None:
        if response.status == _NOT_MODIFIED:
            self._budget.not_modified += 1
            self._sink.not_modified(self.job, fetch.url)
            return None
        if fallback := fetch.fallbacks.get(response.status):
            return ParsedPage(next_fetches=(fallback,)), FetchedPage(url=response.url)
        if response.status in fetch.missing_statuses:
            return None
        if response.status != _OK:
            raise status_error(response.status, _decode(response), response.url)
        if error := login_error(fetch.url, response.url):
            raise error
        self._record_move(fetch, response)
        answered_fetch = replace(fetch, answer_headers=_headers(response))
        page = source.parse(_text_of(response), answered_fetch, response.url)
        validator_values = dict(_validators(response))
        urls = {fetch.url, response.url} if validator_values else set()
        validators = dict.fromkeys(urls, validator_values)
        return page, FetchedPage(url=response.url, validators=validators)

    async def _download(self, fetch: Fetch) -> Response:
        if fetch.url in self._requested_urls:
            raise PermanentError(f"{redact_url(fetch.url)} links back to itself")
        self._requested_urls.add(fetch.url)
        stored_validators = self.job.validators.get(fetch.url, {}) if fetch.conditional else {}
        conditional_headers = {
            request_header: stored_validators[name]
            for _, request_header, name in _VALIDATOR_HEADERS
            if name in stored_validators
        }
        request = Request(
            fetch.url,
            headers={**fetch.headers, **conditional_headers},
            meta={BUDGET_KEY: self._budget},
        )
        return await download(self._crawler, request)

    def _record_move(self, fetch: Fetch, response: Response) -> None:
        meta = response.request.meta if response.request else {}
        statuses = set(meta.get("redirect_reasons", ()))
        if statuses and statuses <= _PERMANENT_REDIRECTS and fetch.url == self.job.options.url:
            self._new_url = response.url


def _decode(response: Response) -> str:
    content_type = response.headers.get("Content-Type")
    return decode(response.body, content_type.decode("latin-1") if content_type else None)


def _text_of(response: Response) -> str:
    """Return the decoded body, which is not empty."""
    text = _decode(response)
    if not text.strip():
        raise PermanentError(f"{redact_url(response.url)} returned an empty response")
    return text


def _headers(response: Response) -> dict[str, str]:
    """Return the headers by name in lower case; several of one name are joined by commas."""
    names: list[bytes] = list(response.headers)
    return {
        name.decode("latin-1").lower(): b", ".join(response.headers.getlist(name)).decode("latin-1")
        for name in names
    }


def _validators(response: Response) -> Iterator[tuple[str, str]]:
    for header, _, name in _VALIDATOR_HEADERS:
        if value := response.headers.get(header):
            yield name, value.decode("latin-1")
