"""The week in the zone of the reader, and profiles shrunk to their prior."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.seasonality import (
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    flat_season,
    interpolate_profile,
    minutes_of_week,
)

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2026, 3, 29, 0, tzinfo=UTC)  # 01:00 in Berlin; at 02:00 it becomes 03:00
AUTUMN = datetime(2026, 10, 25, 0, tzinfo=UTC)  # 02:00 in Berlin; at 03:00 it becomes 02:00


def hours(start, zone, count=4):
    return [int(m) // 60 % HOURS_PER_DAY for m in minutes_of_week(start, count * 12, zone)[::12]]


def test_skipped_hour_does_not_occur():
    assert hours(SPRING, BERLIN) == [1, 3, 4, 5]


def test_repeated_hour_occurs_twice():
    assert hours(AUTUMN, BERLIN) == [2, 2, 3, 4]


@pytest.mark.parametrize(
    ("zone", "minute"), [("UTC", 0), ("Asia/Kolkata", 330), ("Asia/Tokyo", 540)]
)
def test_week_starts_on_monday_midnight_of_the_zone(zone, minute):
    monday = datetime(2026, 5, 4, tzinfo=UTC)
    assert minutes_of_week(monday, 1, ZoneInfo(zone))[0] == minute


@given(st.integers(0, 60 * 24 * 400), st.sampled_from(["Europe/Berlin", "America/St_Johns", "UTC"]))
def test_minutes_of_the_week_are_local(ahead, zone):
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=ahead // 5 * 5)
    local = [(start + n * timedelta(minutes=5)).astimezone(ZoneInfo(zone)) for n in range(30)]
    wall = [(t.weekday() * HOURS_PER_DAY + t.hour) * 60 + t.minute for t in local]
    assert minutes_of_week(start, 30, ZoneInfo(zone)).tolist() == wall


def learn(weeks, shape, level=10.0):
    """Return a season of one unit after some weeks of *shape* (168 ratios)."""
    season = flat_season(3, 1)
    for n in range(weeks * HOURS_PER_WEEK):
        season = season.with_hour(
            n % HOURS_PER_WEEK, np.full((3, 1), shape[n % HOURS_PER_WEEK]), 1.0
        )
    return season.week_profiles(np.full((3, 1), level))[-1, 0]


def test_season_without_data_is_its_prior():
    prior = np.arange(24) + 1.0
    profile = flat_season(3, 2, prior).week_profiles(np.ones((3, 2)))
    assert np.allclose(profile[1, 1, :24] / profile[1, 1, 0], prior)


def test_rhythm_of_day_and_week_is_learnt_in_eight_weeks():
    shape = 1 + 0.8 * np.sin(np.arange(HOURS_PER_WEEK) * 2 * np.pi / HOURS_PER_DAY)
    shape[5 * HOURS_PER_DAY :] *= 1.5
    profile = learn(8, shape)
    assert np.corrcoef(profile, shape)[0, 1] > 0.97


@given(st.integers(0, 2**32), st.floats(0.02, 50))
def test_profiles_are_positive_with_mean_1(seed, level):
    shape = np.random.default_rng(seed).exponential(size=HOURS_PER_WEEK)
    profile = learn(1, shape, level)
    assert profile.mean() == pytest.approx(1)
    assert (profile > 0).all()


def test_profile_of_a_thin_stream_is_shrunk_more():
    """A single voice in a quiet month must not make a rush hour."""
    shape = np.zeros(HOURS_PER_WEEK)
    shape[30] = HOURS_PER_WEEK
    assert learn(1, shape, level=0.02).max() < learn(1, shape, level=10.0).max() / 3


def test_profile_is_interpolated_linearly():
    profile = np.zeros((1, 1, HOURS_PER_WEEK))
    profile[..., 1] = 1.0
    values = interpolate_profile(profile, np.array([30, 60, 90, 120, 150]))[:, 0, 0]
    assert values.tolist() == [0.0, 0.5, 1.0, 0.5, 0.0]


def test_interpolation_wraps_from_sunday_to_monday():
    profile = np.zeros((1, 1, HOURS_PER_WEEK))
    profile[..., 0] = 1.0
    assert interpolate_profile(profile, np.array([HOURS_PER_WEEK * 60 - 1]))[
        0, 0, 0
    ] == pytest.approx(29 / 60)
