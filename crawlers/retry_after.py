"""One question to a host, asked again when it says "later" and soon."""

from typing import Final

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.download_handler import hosts_of
from crawlers.politeness import ASK_LATER, UNSAID, PauseError
from crawlers.urls import endpoint

TRIES: Final = 3
UNAVAILABLE: Final = 503


async def ask(crawler: Crawler, request: Request) -> Response:
    """The answer to *request*, after the redirects and retries that are Scrapy's part.

    Raises:
        PauseError: the host said "later" (429, or 503 with Retry-After) three times, or for long.
    """
    place, seconds = endpoint(request.url), 0.0
    for _ in range(TRIES):
        assert crawler.engine is not None
        response = await crawler.engine.download_async(request.copy())
        if response.status not in ASK_LATER:
            return response
        wish = response.headers.get("Retry-After")
        if response.status == UNAVAILABLE and wish is None:
            return response  # one broken page asks nothing of its whole host
        place = endpoint(response.url)
        seconds = hosts_of(crawler).pause(place, wish.decode("latin-1") if wish else None)
    raise PauseError(place, max(seconds, UNSAID))
