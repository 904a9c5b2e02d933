"""When a host may be asked again."""

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
def test_retry_after_is_seconds_or_a_date_or_nonsense(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@given(st.text() | st.integers().map(str))
def test_no_retry_after_waits_longer_than_a_day(value):
    assert 0 <= parse_retry_after(value, NOW) <= MAX_RETRY_AFTER_S


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_date_waits_until_that_date(until):
    until = until.replace(microsecond=0)
    wait = parse_retry_after(format_datetime(until), NOW)
    assert wait == min(max((until - NOW).total_seconds(), 0), MAX_RETRY_AFTER_S)


def hosts(*delays, **more):
    return HostThrottle(delays, concurrency=4, now=lambda: NOW, **more)


async def ask(known, place):
    async with known.turn(place):
        return "answer"


def test_a_host_that_asked_for_a_long_pause_is_not_asked():
    """The error says how long, for the record; other hosts, and other ports of it, go on."""

    async def story():
        known = hosts(("slow.example:80", 0), ("slow.example:81", 0))
        assert known.apply_retry_after("slow.example:80", "100") == 100
        with pytest.raises(PauseError) as pause:
            await ask(known, "slow.example:80")
        return pause.value, await ask(known, "slow.example:81")

    pause, answer = asyncio.run(story())
    assert (pause.endpoint, answer) == ("slow.example:80", "answer")
    assert 99 < pause.retry_after <= 100


def test_a_request_that_waits_for_its_place_sees_that_the_host_has_closed():
    """Between its turn and its place among all requests a 429 may come: it is not sent."""

    async def story():
        known = HostThrottle([("a.example:80", 0)], concurrency=1, now=lambda: NOW)
        async with known.slot("b.example:80"):
            waiting = asyncio.ensure_future(ask(known, "a.example:80"))
            await asyncio.sleep(0)
            known.apply_retry_after("a.example:80", "100")
        with pytest.raises(PauseError):
            await waiting

    asyncio.run(story())


def test_a_pause_is_never_shortened():
    """A later and shorter wish does not undo an earlier one; one that is over does not bind."""

    async def story():
        known = hosts(("a.example:80", 0), ("b.example:80", 0))
        known.apply_retry_after("a.example:80", "100")
        known.pause_until("a.example:80", NOW + timedelta(seconds=1))
        known.pause_until("b.example:80", NOW - timedelta(hours=1))
        with pytest.raises(PauseError):
            await ask(known, "a.example:80")
        return await ask(known, "b.example:80")

    assert asyncio.run(story()) == "answer"


@pytest.mark.parametrize(
    ("delays", "at_once"),
    [
        ([("x.example:80", 0.0)], 4),
        ([("x.example:80", None)], 1),
        ([("x.example:80", 0.0), ("x.example:80", 0.001)], 1),
        ([("y.example:80", 0.0)], 1),
    ],
)
def test_a_host_with_a_delay_is_asked_one_request_at_a_time(delays, at_once):
    """The longest delay that a source of the host wishes counts; delay 0 is that host's alone."""

    async def story():
        known = hosts(*delays, delay=0.001)
        inside, most = 0, 0

        async def one():
            nonlocal inside, most
            async with known.slot("x.example:80"):
                inside, most = inside + 1, max(most, inside + 1)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(8)))
        return most

    assert asyncio.run(story()) == at_once
