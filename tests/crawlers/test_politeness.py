"""Delays and pauses between requests to a host."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.politeness import (
    DEFAULT_RETRY_AFTER_S,
    MAX_RETRY_AFTER_S,
    HostThrottle,
    PauseError,
    parse_retry_after,
)

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("Sun, 22 Nov 2026 06:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 05:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 06:02:00 -0000", 120),
        ("315360000", MAX_RETRY_AFTER_S),
        ("9" * 5_000, MAX_RETRY_AFTER_S),
        ("Tue, 22 Nov 2033 06:00:00 GMT", MAX_RETRY_AFTER_S),
        (None, DEFAULT_RETRY_AFTER_S),
        ("", DEFAULT_RETRY_AFTER_S),
        ("-5", DEFAULT_RETRY_AFTER_S),
        ("soon", DEFAULT_RETRY_AFTER_S),
        ("²", DEFAULT_RETRY_AFTER_S),
        ("Sun, 99 Nov 2026 06:02:00 GMT", DEFAULT_RETRY_AFTER_S),
    ],
)
def test_retry_after_in_seconds_as_date_or_invalid(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@given(st.text() | st.integers().map(str))
def test_retry_after_is_at_most_a_day(value):
    assert 0 <= parse_retry_after(value, NOW) <= MAX_RETRY_AFTER_S


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_retry_after_as_date_waits_until_it(until):
    until = until.replace(microsecond=0)
    wait = parse_retry_after(format_datetime(until), NOW)
    assert wait == min(max((until - NOW).total_seconds(), 0), MAX_RETRY_AFTER_S)


def make_throttle(*delays, **more):
    return HostThrottle(delays, concurrency=4, now=lambda: NOW, **more)


async def request(throttle, endpoint):
    async with throttle.slot(endpoint):
        return "answer"


def test_paused_host_gets_no_request():
    """The error has the seconds for the database; other hosts, and its other ports, continue."""

    async def scenario():
        throttle = make_throttle(("slow.example:80", 0), ("slow.example:81", 0))
        assert throttle.apply_retry_after("slow.example:80", "100") == 100
        with pytest.raises(PauseError) as pause:
            await request(throttle, "slow.example:80")
        return pause.value, await request(throttle, "slow.example:81")

    pause, answer = asyncio.run(scenario())
    assert (pause.endpoint, answer) == ("slow.example:80", "answer")
    assert 99 < pause.retry_after <= 100


def test_waiting_request_is_stopped_by_a_new_pause():
    """A 429 may come while another request waits for a slot: that one is not sent."""

    async def scenario():
        throttle = HostThrottle([("a.example:80", 0)], concurrency=1, now=lambda: NOW)
        async with throttle.slot("b.example:80"):
            waiting = asyncio.ensure_future(request(throttle, "a.example:80"))
            await asyncio.sleep(0)
            throttle.apply_retry_after("a.example:80", "100")
        with pytest.raises(PauseError):
            await waiting

    asyncio.run(scenario())


def test_pause_is_never_shortened():
    """A later and shorter pause does not end an earlier one; an expired one has no effect."""

    async def scenario():
        throttle = make_throttle(("a.example:80", 0), ("b.example:80", 0))
        throttle.apply_retry_after("a.example:80", "100")
        throttle.pause_until("a.example:80", NOW + timedelta(seconds=1))
        throttle.pause_until("b.example:80", NOW - timedelta(hours=1))
        with pytest.raises(PauseError):
            await request(throttle, "a.example:80")
        return await request(throttle, "b.example:80")

    assert asyncio.run(scenario()) == "answer"


@pytest.mark.parametrize(
    ("delays", "at_once"),
    [
        ([("x.example:80", 0.0)], 4),
        ([("x.example:80", None)], 1),
        ([("x.example:80", 0.0), ("x.example:80", 0.001)], 1),
        ([("y.example:80", 0.0)], 1),
    ],
)
def test_host_with_delay_gets_one_request_at_a_time(delays, at_once):
    """The longest delay among the host's sources applies; delay 0 applies to that host alone."""

    async def scenario():
        throttle = make_throttle(*delays, delay=0.001)
        inside, most = 0, 0

        async def use_slot():
            nonlocal inside, most
            async with throttle.slot("x.example:80"):
                inside, most = inside + 1, max(most, inside + 1)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(use_slot() for _ in range(8)))
        return most

    assert asyncio.run(scenario()) == at_once
