"""The rhythm of posts in local time."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from demo.rhythm import ZONE, draw_instants, local_midnight

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = st.integers(0, 3 * 365 * 86400).map(lambda second: FIRST + timedelta(seconds=second))


@given(DAYS, st.integers(1, 30), st.integers())
def test_times_are_sorted_and_within_the_span(start, days, seed):
    end = start + timedelta(days=days)
    times = draw_instants(Random(seed), start, end, 20)
    assert times == sorted(times)
    assert all(start <= at < end for at in times)


@given(DAYS)
def test_local_day_begins_at_midnight_in_any_season(at):
    midnight = local_midnight(at)
    assert midnight <= at < midnight + timedelta(hours=25)
    assert midnight.astimezone(ZONE).hour == 0
    assert local_midnight(midnight - timedelta(seconds=1)) == local_midnight(at, days_ago=1)


def hours(month):
    """Return the share of each local hour, over four weeks around the clock change in *month*."""
    start = datetime(2026, month, 14, tzinfo=UTC)
    times = draw_instants(Random(month), start, start + timedelta(days=28), 400)
    counts = Counter(at.astimezone(ZONE).hour for at in times)
    return {hour: counts[hour] / len(times) for hour in range(24)}


def test_evening_is_busy_and_night_quiet_around_a_clock_change():
    for month in (3, 10):
        share = hours(month)
        assert max(share, key=share.get) in (18, 19, 20)
        assert sum(share[hour] for hour in range(1, 5)) < 0.05


def test_weekend_is_quieter():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    times = draw_instants(Random(1), start, start + timedelta(days=28), 400)
    days = Counter(at.astimezone(ZONE).weekday() for at in times)
    assert days[6] < days[5] < min(days[d] for d in range(5))


def test_number_of_times_is_the_requested_one():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    times = draw_instants(Random(2), start, start + timedelta(days=28), 70)
    assert 0.9 < len(times) / 28 / 70 < 1.1
