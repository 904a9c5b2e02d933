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
        self.answers, self.asked = list(answers), []

    async def download_async(self, request):
        self.asked.append(request)
        status, headers = self.answers[0]
        self.answers = self.answers[1:] or self.answers
        return Response(request.url, status=status, headers=headers)


def download_result(*answers):
    """Return status or error of one download, the number of requests, and the throttle."""

    async def run():
        engine = Engine(*answers)
        hosts = HostThrottle([], delay=0.0, concurrency=4, now=lambda: NOON)
        crawler = SimpleNamespace(engine=engine, spider=SimpleNamespace(throttle=hosts))
        try:
            result = (await download(crawler, Request(URL))).status
        except PauseError as error:
            result = error
        return result, engine.asked, hosts

    return asyncio.run(run())


LATER = (429, {"Retry-After": "0"})


@pytest.mark.parametrize("status", [200, 304, 404, 403, 500, 502])
def test_any_other_answer_is_the_answer(status):
    result, requests, _ = download_result((status, {}))
    assert (result, len(requests)) == (status, 1)


def test_a_host_that_says_later_is_asked_again():
    result, requests, _ = download_result(LATER, (503, {"Retry-After": "0"}), (200, {}))
    assert (result, len(requests)) == (200, 3)
    assert len({id(request) for request in requests}) == 3, "Scrapy changes what it is given"


def test_one_that_only_ever_says_later_is_left_alone():
    result, requests, _ = download_result(LATER)
    assert isinstance(result, PauseError)
    assert (len(requests), result.retry_after, result.endpoint) == (
        MAX_TRIES,
        DEFAULT_RETRY_AFTER_S,
        "site.example:80",
    )


def test_the_pause_it_asks_for_is_kept_by_all_that_ask_it():
    result, _, hosts = download_result((429, {"Retry-After": "3600"}))
    assert isinstance(result, PauseError)
    assert result.retry_after == 3600

    async def another():
        async with hosts.slot("site.example:80"):
            pytest.fail("its turn came")

    with pytest.raises(PauseError):
        asyncio.run(another())


def test_one_broken_page_asks_nothing_of_its_whole_host():
    """Proxies answer 503 without Retry-After for a single page."""
    result, requests, _ = download_result((503, {}))
    assert (result, len(requests)) == (503, 1)


def test_too_many_requests_without_a_time_is_a_wish_for_a_minute():
    result, requests, _ = download_result((429, {}))
    assert isinstance(result, PauseError)
    assert (result.retry_after, len(requests)) == (DEFAULT_RETRY_AFTER_S, MAX_TRIES)
