"""A host that says "later" is asked later, a few times, and then left alone."""

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
    """Gives one scripted answer after the other; the last one for ever."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def download_async(self, request):
        self.asked.append(request)
        status, headers = self.answers[0]
        self.answers = self.answers[1:] or self.answers
        return Response(request.url, status=status, headers=headers)


def asked(*answers):
    """The answer to one question, or why there is none; how often it was asked; the turns."""

    async def run():
        engine = Engine(*answers)
        hosts = HostThrottle([], delay=0.0, concurrency=4, now=lambda: NOON)
        crawler = SimpleNamespace(engine=engine, spider=SimpleNamespace(hosts=hosts))
        try:
            found = (await download(crawler, Request(URL))).status
        except PauseError as error:
            found = error
        return found, engine.asked, hosts

    return asyncio.run(run())


LATER = (429, {"Retry-After": "0"})


@pytest.mark.parametrize("status", [200, 304, 404, 403, 500, 502])
def test_any_other_answer_is_the_answer(status):
    found, requests, _ = asked((status, {}))
    assert (found, len(requests)) == (status, 1)


def test_a_host_that_says_later_is_asked_again():
    found, requests, _ = asked(LATER, (503, {"Retry-After": "0"}), (200, {}))
    assert (found, len(requests)) == (200, 3)
    assert len({id(request) for request in requests}) == 3, "Scrapy changes what it is given"


def test_one_that_only_ever_says_later_is_left_alone():
    found, requests, _ = asked(LATER)
    assert isinstance(found, PauseError)
    assert (len(requests), found.retry_after, found.endpoint) == (
        MAX_TRIES,
        DEFAULT_RETRY_AFTER_S,
        "site.example:80",
    )


def test_the_pause_it_asks_for_is_kept_by_all_that_ask_it():
    found, _, hosts = asked((429, {"Retry-After": "3600"}))
    assert isinstance(found, PauseError)
    assert found.retry_after == 3600

    async def another():
        async with hosts.slot("site.example:80"):
            pytest.fail("its turn came")

    with pytest.raises(PauseError):
        asyncio.run(another())


def test_one_broken_page_asks_nothing_of_its_whole_host():
    """503 without a time is what a proxy says of one page."""
    found, requests, _ = asked((503, {}))
    assert (found, len(requests)) == (503, 1)


def test_too_many_requests_without_a_time_is_a_wish_for_a_minute():
    found, requests, _ = asked((429, {}))
    assert isinstance(found, PauseError)
    assert (found.retry_after, len(requests)) == (DEFAULT_RETRY_AFTER_S, MAX_TRIES)
