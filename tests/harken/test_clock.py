"""The clock starts at the given time and advances."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import ConfigError
from harken.clock import Clock
from harken.commands.options import CONFIG, make_invocation


def test_clock_advances_from_its_start():
    start = datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    clock = Clock.starting_at(start)
    first, second = clock.now(), clock.now()
    assert start <= first <= second < start + timedelta(minutes=1)


def test_clock_without_a_start_has_the_real_time():
    assert abs(Clock.starting_at(None).now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_invalid_time_is_an_error_with_an_example():
    with pytest.raises(ConfigError, match="2026-11-22T06:00:00Z"):
        make_invocation(CONFIG, None, json=False, now="yesterday")
