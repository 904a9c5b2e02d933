"""Buckets of histograms."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.observation import SentimentCounts
from indexer.histogram import (
    MAX_BUCKETS,
    bucket_edges,
    build_buckets,
    counts_by_second,
    epoch_seconds,
    first_midnight,
    histogram_windows,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Santiago", "Australia/Lord_Howe"]
NEW_YEAR = datetime(2020, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), 2_500 * DAY).map(lambda passed: NEW_YEAR + passed)
STEPS = st.sampled_from([DAY, 7 * DAY, HOUR * 6, HOUR * 5, timedelta(minutes=45)])


@given(INSTANTS, st.timedeltas(timedelta(seconds=1), 20 * DAY), STEPS, st.sampled_from(ZONES))
def test_edges_cover_the_window_and_ascend(since, length, step, zone):
    """The first bucket contains the start, the last one the end, and none has no duration."""
    edges = bucket_edges(since, since + length, step, ZoneInfo(zone))
    seconds = [border.timestamp() for border in edges]
    assert seconds[0] <= since.timestamp() < seconds[1]
    assert seconds[-2] < (since + length).timestamp() <= seconds[-1]
    assert all(one < other for one, other in pairwise(seconds))


@given(INSTANTS, st.sampled_from(ZONES[:3]))
def test_days_begin_at_midnight(since, zone):
    edges = bucket_edges(since, since + 9 * DAY, DAY, ZoneInfo(zone))
    assert {(border.hour, border.minute) for border in edges} == {(0, 0)}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_of_clock_changes(day, hours):
    start = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    first, second = bucket_edges(start, start + timedelta(minutes=1), DAY, BERLIN)
    assert epoch_seconds(second) - epoch_seconds(first) == hours * 3600
    assert len(bucket_edges(first, second, HOUR, BERLIN)) == hours + 1


def test_steps_count_from_midnight_of_the_zone():
    """Hours of India begin at full hours of its own time."""
    since = datetime(2026, 3, 2, 12, 10, tzinfo=UTC)
    edges = bucket_edges(since, since + HOUR, HOUR, ZoneInfo("Asia/Kolkata"))
    assert [border.isoformat()[11:16] for border in edges] == ["17:00", "18:00", "19:00"]


@pytest.mark.parametrize("step", [timedelta(0), -DAY, timedelta(milliseconds=1), HOUR * 36])
def test_invalid_step_is_an_error(step):
    with pytest.raises(ValueError, match="should be whole days, or whole seconds"):
        bucket_edges(
            datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), step, BERLIN
        )


def test_number_of_buckets_is_limited():
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert len(bucket_edges(since, since + MAX_BUCKETS * HOUR, HOUR, BERLIN)) == MAX_BUCKETS + 1
    with pytest.raises(ValueError, match="use a longer one"):
        bucket_edges(since, since + (MAX_BUCKETS + 1) * HOUR, HOUR, BERLIN)


def test_hits_without_a_sentiment_are_unscored():
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    labels = {"buckets": [{"key": "negative", "doc_count": 2}, {"key": "positive", "doc_count": 1}]}
    counts = counts_by_second([{"from": epoch_seconds(second), "doc_count": 7, "labels": labels}])
    windows = histogram_windows(first, second + DAY, DAY, ZoneInfo("UTC"))
    empty, full = build_buckets(windows, [counts], first)
    assert (empty.start, empty.end, empty.total) == (first, second, 0)
    assert full.counts == SentimentCounts(negative=2, neutral=0, positive=1, unscored=4)
    assert full.total == 7


def test_history_starts_at_the_midnight_before_the_first_mention():
    evening = datetime(2025, 6, 7, 22, 30, tzinfo=UTC)  # the 8th in Berlin
    midnight = first_midnight(epoch_seconds(evening), NEW_YEAR, BERLIN)
    assert midnight == datetime(2025, 6, 8, tzinfo=BERLIN)
    assert first_midnight(None, NEW_YEAR, BERLIN) == NEW_YEAR - DAY
