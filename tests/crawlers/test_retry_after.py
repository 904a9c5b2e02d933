"""Requests to a host that answers 429 or 503: a few retries, then a pause."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response

from crawlers.politeness import DEFAULT_RETRY_AFTER_S, HostThrottle, PauseError
from crawlers.retry_after import MAX_TRIES, download

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "http://site.example/page"


class Engine:
    """An engine with scripted responses in order; the last one repeats."""

    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []

    async def download_async(self, request):
        self.requests.append(request)
        status, headers = self.answers[0]
        self.answers = self.answers[1:] or self.answers
        return Response(request.url, status=status, headers=headers)


def download_result(*answers):
    """Return status or error of one download, the number of requests, and the throttle."""

    async def run():
        engine = Engine(*answers)
        throttle = HostThrottle([], delay=0.0, concurrency=4, now=lambda: NOON)
        crawler = SimpleNamespace(engine=engine, spider=SimpleNamespace(throttle=throttle))
        try:
            result = (await download(crawler, Request(URL))).status
        except PauseError as error:
            result = error
        return result, engine.requests, throttle

    return asyncio.run(run())


TOO_MANY_REQUESTS = (429, {"Retry-After": "0"})


@pytest.mark.parametrize("status", [200, 304, 404, 403, 500, 502])
def test_other_status_is_returned_at_once(status):
    result, requests, _ = download_result((status, {}))
    assert (result, len(requests)) == (status, 1)


def test_request_is_retried_after_429_and_503():
    result, requests, _ = download_result(TOO_MANY_REQUESTS, (503, {"Retry-After": "0"}), (200, {}))
    assert (result, len(requests)) == (200, 3)
    assert len({id(request) for request in requests}) == 3, "Scrapy changes its requests"


def test_host_is_paused_after_the_last_retry():
    result, requests, _ = download_result(TOO_MANY_REQUESTS)
    assert isinstance(result, PauseError)
    assert (len(requests), result.retry_after, result.endpoint) == (
        MAX_TRIES,
        DEFAULT_RETRY_AFTER_S,
        "site.example:80",
    )


def test_pause_applies_to_all_requests_to_the_host():
    result, _, throttle = download_result((429, {"Retry-After": "3600"}))
    assert isinstance(result, PauseError)
    assert result.retry_after == 3600

    async def another():
        async with throttle.slot("site.example:80"):
            pytest.fail("its turn came")

    with pytest.raises(PauseError):
        asyncio.run(another())


def test_503_without_retry_after_does_not_pause_the_host():
    """Proxies answer 503 without Retry-After for a single page."""
    result, requests, _ = download_result((503, {}))
    assert (result, len(requests)) == (503, 1)


def test_429_without_retry_after_pauses_for_the_default():
    result, requests, _ = download_result((429, {}))
    assert isinstance(result, PauseError)
    assert (result.retry_after, len(requests)) == (DEFAULT_RETRY_AFTER_S, MAX_TRIES)
