"""Timestamps at the limits, across changes of clocks, and invalid ones."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.timestamps import BUCKET_WIDTH, floor_to, format_utc, parse_utc

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))
STEPS = st.timedeltas(timedelta(seconds=1), timedelta(days=7))
YEARS = {"min_value": datetime(2, 1, 1), "max_value": datetime(9999, 12, 1)}  # noqa: DTZ001 - Hypothesis wants them so


# ---- as text


@pytest.mark.parametrize("at", [FIRST, LAST, EPOCH, EPOCH - timedelta(microseconds=1)])
def test_extreme_times_round_trip(at):
    assert parse_utc(format_utc(at)) == at


@given(st.datetimes(**YEARS, timezones=OFFSETS))
def test_time_has_one_utc_form_in_every_zone(at):
    """Times of two zones sort in their order of time."""
    assert format_utc(at) == format_utc(at.astimezone(UTC))
    assert parse_utc(at.isoformat()) == at
    assert parse_utc(at.isoformat()).utcoffset() == timedelta(0)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_utc_texts_of_whole_seconds_sort_by_time(one, other):
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    assert (format_utc(one) < format_utc(other)) == (one < other)


@pytest.mark.parametrize(
    ("hour", "fold", "text"),
    [
        (1, 0, "2026-10-24T23:30:00Z"),
        (2, 0, "2026-10-25T00:30:00Z"),
        (2, 1, "2026-10-25T01:30:00Z"),
    ],
)
def test_repeated_hour_has_two_utc_times(hour, fold, text):
    """On 25 October 2026 the clocks of Berlin show 02:30 twice."""
    assert format_utc(datetime(2026, 10, 25, hour, 30, tzinfo=BERLIN, fold=fold)) == text


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02", "2026-03-02T00:00:00Z"),
        ("2026-03-02 12:00", "2026-03-02T12:00:00Z"),
        ("20260302T120000Z", "2026-03-02T12:00:00Z"),
        ("2026-03-02T12:00:00.5+05:30", "2026-03-02T06:30:00.500000Z"),
    ],
)
def test_other_iso_8601_forms_are_parsed(text, utc):
    assert format_utc(parse_utc(text)) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-02-30",
        "2026-13-01T00:00:00Z",
        "1772452800",
        "2026-03-02T25:00:00",
        "2026-03-02T12:00:00+25:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "10000-01-01",
        "٢٠٢٦-٠٣-٠٢",
    ],
)
def test_invalid_time_raises_value_error(text):
    """Times before year 1 or after 9999 in UTC raise the same error."""
    with pytest.raises(ValueError, match=r".+"):
        parse_utc(text)


# ---- buckets


@given(st.datetimes(**YEARS, timezones=st.just(UTC)), STEPS)
def test_bucket_of_any_width_contains_its_time(at, step):
    start = floor_to(at, step)
    assert start <= at < start + step
    assert (start - EPOCH) % step == timedelta(0)


@given(st.datetimes(**YEARS, timezones=st.just(UTC)), STEPS)
def test_buckets_are_adjacent(at, step):
    start = floor_to(at, step)
    assert floor_to(start, step) == start
    assert floor_to(start - timedelta(microseconds=1), step) == start - step


@given(st.datetimes(**YEARS, timezones=st.just(UTC)), st.datetimes(**YEARS, timezones=st.just(UTC)))
def test_buckets_keep_the_order_of_times(one, other):
    assume(one <= other)
    assert floor_to(one) <= floor_to(other)


@given(st.datetimes(**YEARS, timezones=OFFSETS))
def test_bucket_does_not_depend_on_the_zone(at):
    assert floor_to(at) == floor_to(at.astimezone(UTC))


def test_buckets_are_unaffected_by_clock_changes():
    """Buckets count from 1970 in UTC: the day of 25 hours has 300."""
    midnight = datetime(2026, 10, 25, tzinfo=BERLIN).astimezone(UTC)
    after = datetime(2026, 10, 26, tzinfo=BERLIN).astimezone(UTC)
    starts = {floor_to(midnight + k * timedelta(minutes=1)) for k in range(25 * 60)}
    assert len(starts) == 300
    assert max(starts) + BUCKET_WIDTH == after


def test_extreme_times_have_buckets():
    assert floor_to(FIRST) == FIRST
    assert floor_to(LAST) == LAST.replace(minute=55, second=0, microsecond=0)
