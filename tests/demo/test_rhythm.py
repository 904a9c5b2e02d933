"""Posts follow the reader's own clock."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from demo.rhythm import ZONE, draw_instants, local_midnight

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = st.integers(0, 3 * 365 * 86400).map(lambda second: FIRST + timedelta(seconds=second))


@given(DAYS, st.integers(1, 30), st.integers())
def test_moments_are_sorted_and_within_the_span(start, days, seed):
    end = start + timedelta(days=days)
    found = draw_instants(Random(seed), start, end, 20)
    assert found == sorted(found)
    assert all(start <= at < end for at in found)


@given(DAYS)
def test_a_local_day_begins_at_midnight_whatever_the_season(at):
    begun = local_midnight(at)
    assert begun <= at < begun + timedelta(hours=25)
    assert begun.astimezone(ZONE).hour == 0
    assert local_midnight(begun - timedelta(seconds=1)) == local_midnight(at, days_ago=1)


def hours(month):
    """Shares of a day by local hour, over four weeks around the change of the clock in *month*."""
    start = datetime(2026, month, 14, tzinfo=UTC)
    found = draw_instants(Random(month), start, start + timedelta(days=28), 400)
    counted = Counter(at.astimezone(ZONE).hour for at in found)
    return {hour: counted[hour] / len(found) for hour in range(24)}


def test_the_evening_is_loud_and_the_night_quiet_on_both_sides_of_a_change_of_the_clock():
    for month in (3, 10):
        share = hours(month)
        assert max(share, key=share.get) in (18, 19, 20)
        assert sum(share[hour] for hour in range(1, 5)) < 0.05


def test_the_weekend_is_quieter():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    found = draw_instants(Random(1), start, start + timedelta(days=28), 400)
    days = Counter(at.astimezone(ZONE).weekday() for at in found)
    assert days[6] < days[5] < min(days[d] for d in range(5))


def test_it_is_as_much_as_was_asked_for():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    found = draw_instants(Random(2), start, start + timedelta(days=28), 70)
    assert 0.9 < len(found) / 28 / 70 < 1.1
