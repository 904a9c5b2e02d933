"""Labels of a time axis are few, unique and round in the zone of the reader."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.charts.ticks import MAX_TICKS, time_ticks
from templates.i18n import Translator

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(INSTANTS, st.integers(1, 400 * 24), st.sampled_from(ZONES))
def test_ticks_are_few_round_and_inside_the_axis(start, hours, zone):
    ticks = time_ticks(start, start + timedelta(hours=hours), zone)
    assert len(ticks) <= MAX_TICKS + 1
    for tick in ticks:
        local = tick.time.astimezone(ZoneInfo(zone))
        assert 0 <= tick.at < 1
        assert local.minute == 0
        assert (tick.spec == "tick") == (local.hour == 0)


@given(INSTANTS, st.integers(6, 24 * 14), st.sampled_from(ZONES[:4]))
def test_labels_of_two_weeks_are_unique(start, hours, zone):
    """On the day of a clock change the repeated hour is labelled once."""
    ticks = time_ticks(start, start + timedelta(hours=hours), zone)
    say = Translator(zone=zone)
    days = [say("chart.tick", at=tick.time) for tick in ticks if tick.spec == "tick"]
    assert len(days) == len(set(days))
    assert [tick.at for tick in ticks] == sorted({tick.at for tick in ticks})


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 29, tzinfo=UTC), 23), (datetime(2026, 10, 25, tzinfo=UTC), 25)],
)
def test_ticks_of_a_clock_change_are_at_round_hours(day, hours):
    start = day.replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    ticks = time_ticks(start, start + timedelta(hours=hours), "Europe/Berlin")
    assert ticks[0].at == 0
    assert {t.time.astimezone(ZoneInfo("Europe/Berlin")).hour for t in ticks} == {0, 6, 12, 18}


def test_labels_of_two_days_and_of_a_week():
    start = datetime(2026, 11, 18, tzinfo=UTC)
    two = time_ticks(start, start + timedelta(hours=48), "UTC")
    week = time_ticks(start, start + timedelta(days=7), "UTC")
    assert [tick.spec for tick in two] == ["tick", "clock", "tick", "clock"]
    assert [tick.spec for tick in week] == ["tick"] * 7


def test_overlapping_label_is_omitted():
    start = datetime(2026, 11, 15, 8, tzinfo=UTC)
    ticks = time_ticks(start, start + timedelta(days=7), "UTC")
    assert [tick.time.day for tick in ticks] == [16, 17, 18, 19, 20, 21]


def test_label_at_the_right_edge_is_left_of_its_tick():
    start = datetime(2026, 11, 18, 1, tzinfo=UTC)
    ticks = time_ticks(start, start + timedelta(hours=24), "UTC")
    assert ticks[-1].at > 0.88
    assert [tick.anchor for tick in ticks] == ["start", "start", "start", "end"]
