"""The clock starts at the given time and runs on."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import ConfigError
from harken.clock import Clock
from harken.commands.options import CONFIG, make_invocation


def test_a_clock_that_was_set_runs_on_from_there():
    start = datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    clock = Clock.starting_at(start)
    first, second = clock.now(), clock.now()
    assert start <= first <= second < start + timedelta(minutes=1)


def test_a_clock_that_was_not_set_shows_the_real_time():
    assert abs(Clock.starting_at(None).now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_wrong_time_is_told_with_one_that_would_be_right():
    with pytest.raises(ConfigError, match="2026-11-22T06:00:00Z"):
        make_invocation(CONFIG, None, json=False, now="yesterday")
