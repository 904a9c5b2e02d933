"""Downloads that are tried again after a short Retry-After."""

from typing import Final

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.download_handler import throttle_of
from crawlers.politeness import DEFAULT_RETRY_AFTER_S, RETRY_STATUSES, PauseError
from crawlers.urls import endpoint

MAX_TRIES: Final = 3
SERVICE_UNAVAILABLE: Final = 503


async def download(crawler: Crawler, request: Request) -> Response:
    """Download *request*, with redirects, and return the response.

    A 429, or a 503 with Retry-After, pauses its host and is requested again after the pause.

    Raises:
        PauseError: it was the third such response, or the pause is longer than a run waits.
    """
    host_port, seconds = endpoint(request.url), 0.0
    for _ in range(MAX_TRIES):
        assert crawler.engine is not None
        response = await crawler.engine.download_async(request.copy())
        if response.status not in RETRY_STATUSES:
            return response
        header = response.headers.get("Retry-After")
        if response.status == SERVICE_UNAVAILABLE and header is None:
            return response  # one broken page, not an overloaded host
        host_port = endpoint(response.url)
        seconds = throttle_of(crawler).apply_retry_after(
            host_port, header.decode("latin-1") if header else None
        )
    raise PauseError(host_port, max(seconds, DEFAULT_RETRY_AFTER_S))
