"""A digest covers one local day of its reader, once; a missed one is sent later."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.digest_days import MAX_DAYS_BACK, digest_key, due_days, local_day

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Beirut", "Pacific/Apia"]
)
DAYS = st.dates(date(2024, 1, 1), date(2028, 1, 1))
SEVEN = time(7, 30)


@given(DAYS, ZONES)
def test_days_are_adjacent(day, zone):
    assert local_day(day, zone).end == local_day(day + timedelta(1), zone).start


@given(DAYS, ZONES)
def test_day_contains_the_times_of_its_local_date(day, zone):
    window, clock = local_day(day, zone), ZoneInfo(zone)
    assert window.start.astimezone(clock).date() == day
    assert (window.end - timedelta(microseconds=1)).astimezone(clock).date() == day
    assert (window.start - timedelta(microseconds=1)).astimezone(clock).date() < day


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 11, 20), "Europe/Berlin", 24),
        (date(2026, 3, 29), "Asia/Beirut", 23),  # there midnight itself is skipped
    ],
)
def test_length_of_a_day_with_a_clock_change(day, zone, hours):
    window = local_day(day, zone)
    assert window.end - window.start == timedelta(hours=hours)


def test_yesterday_is_due_at_the_time_of_the_reader():
    early = datetime(2026, 11, 21, 6, 29, tzinfo=UTC)  # 07:29 in Berlin
    last = date(2026, 11, 19)
    assert due_days(early, "Europe/Berlin", SEVEN, last) == ()
    assert due_days(early + timedelta(minutes=1), "Europe/Berlin", SEVEN, last) == (
        date(2026, 11, 20),
    )


def test_sent_day_is_not_due_again():
    """This includes the day of a clock change, on which 02:30 occurs twice."""
    twice = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for now in (twice, twice + timedelta(hours=1)):
        assert due_days(now, "Europe/Berlin", time(2, 30), date(2026, 10, 24)) == ()


def test_missed_days_are_due_up_to_a_limit():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    days = due_days(now, "UTC", SEVEN, date(2026, 11, 1))
    assert days == (date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20))
    assert len(days) == MAX_DAYS_BACK


def test_first_digest_is_that_of_yesterday():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert due_days(now, "UTC", SEVEN, None) == (date(2026, 11, 20),)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    ZONES,
    st.times(),
    st.none() | DAYS,
)
def test_due_days_are_complete_and_unique(now, zone, at, last):
    days = due_days(now, zone, at, last)
    assert list(days) == sorted(set(days))
    assert len(days) <= MAX_DAYS_BACK
    for day in days:
        assert local_day(day, zone).end <= now
        assert last is None or day > last


def test_key_has_subscription_and_day():
    assert digest_key("morning", date(2026, 11, 20)) == "morning:2026-11-20"
