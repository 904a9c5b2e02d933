"""Histograms and their normal level, in the time zone of the reader."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console.search.histogram import bar_chart, bar_width, build_bars
from console.search.params import MAX_WINDOW, SearchParams
from console.search.search import build_request
from indexer.engines.memory import MemoryIndex
from indexer.query import parse
from tests.indexer.factories import upsert

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def index(*moments, text="acme"):
    """Return an index with one mention at each of *moments*."""
    memory_index = MemoryIndex()
    memory_index.apply(
        [
            upsert(n, f"m{n}", text, published=int(at.timestamp()))
            for n, at in enumerate(moments, start=1)
        ]
    )
    memory_index.refresh()
    return memory_index


def bars(memory_index, start, end, query="", zone="Europe/Berlin"):
    params = SearchParams(**{"from": start, "to": end})
    request = build_request(params, parse(query), zone, NOW, is_grouped=True)
    return build_bars(memory_index.search(request).histogram)


def weekly(end, weeks, each=1):
    """Return *each* times from an hour before *end*, now and in each of *weeks* earlier weeks."""
    return [end - HOUR - WEEK * n + k * HOUR / 60 for n in range(weeks + 1) for k in range(each)]


def test_normal_level_is_the_mean_of_previous_weeks():
    moments = [*weekly(NOW, 4), *weekly(NOW, 0, each=9), *weekly(NOW - WEEK, 0, each=3)]
    long_ago = NOW - WEEK * 9
    day_bars = bars(index(*moments, long_ago), NOW - DAY, NOW)
    non_empty_bar = next(bar for bar in day_bars if bar.total)
    assert non_empty_bar.total == 10
    assert non_empty_bar.usual == pytest.approx((1 + 3 + 1 + 1 + 1) / 4)


def test_weeks_before_the_first_mention_are_no_history():
    """A first day has no normal level; compared with 0 any number would be high."""
    assert all(bar.usual is None for bar in bars(index(NOW - HOUR), NOW - DAY, NOW))
    one_week = index(NOW - HOUR, NOW - WEEK - DAY)
    assert all(bar.usual is None for bar in bars(one_week, NOW - DAY, NOW))
    two_weeks = index(NOW - HOUR, NOW - 2 * WEEK - DAY - HOUR)
    assert all(bar.usual == 0 for bar in bars(two_weeks, NOW - DAY, NOW))


def test_normal_level_is_that_of_the_query():
    memory_index = index(*weekly(NOW, 4), NOW - 9 * WEEK)
    assert max(bar.usual for bar in bars(memory_index, NOW - DAY, NOW, "acme")) == 1
    assert max(bar.usual for bar in bars(memory_index, NOW - DAY, NOW, "other")) == 0


def test_bars_across_a_clock_change_are_compared_by_local_time():
    """The rhythm of people is that of local time, not of UTC."""
    after = datetime(2026, 3, 31, 23, tzinfo=BERLIN)
    times = [datetime(2026, 3, 31, 8, tzinfo=BERLIN) - WEEK * n for n in range(5)]
    memory_index = index(*[at.astimezone(UTC) for at in times], NOW - 9 * WEEK)
    day_bars = bars(memory_index, (after - DAY).astimezone(UTC), after.astimezone(UTC))
    non_empty_bars = [bar for bar in day_bars if bar.total]
    assert [bar.start.astimezone(BERLIN).hour for bar in non_empty_bars] == [8]
    assert [bar.usual for bar in non_empty_bars] == [1]
    assert sum(bar.usual for bar in day_bars) == 1


@pytest.mark.parametrize(
    ("span", "width"),
    [
        (HOUR, timedelta(minutes=15)),
        (DAY, timedelta(minutes=30)),
        (WEEK, 3 * HOUR),
        (4 * WEEK, 12 * HOUR),
        (60 * DAY, DAY),
    ],
)
def test_width_of_a_bar_depends_on_the_window(span, width):
    assert bar_width(span) == width
    first = bars(MemoryIndex(), NOW - span, NOW, zone="UTC")[0]
    assert first.end - first.start == width


def test_longest_window_has_a_chart():
    longest = bars(MemoryIndex(), NOW - MAX_WINDOW, NOW)
    assert len(longest) < 600
    assert bar_chart(longest, SearchParams(), [], zone="UTC").columns


def first_bar(memory_index, now, zone):
    """Return the start of the histogram over all time."""
    request = build_request(SearchParams(range="all"), parse(""), zone, now, is_grouped=True)
    return build_bars(memory_index.search(request).histogram)[0].start


def test_all_time_starts_at_local_midnight_of_the_first_mention():
    first = datetime(2025, 6, 7, 22, 30, tzinfo=UTC)  # the 8th in Berlin
    start = first_bar(index(NOW, first), NOW + HOUR, "Europe/Berlin")
    assert start == datetime(2025, 6, 8, tzinfo=BERLIN)
    assert start.tzinfo is UTC


def test_all_time_is_limited_and_not_empty():
    ancient = first_bar(index(datetime(1950, 1, 1, tzinfo=UTC), NOW), NOW + HOUR, "UTC")
    assert ancient == NOW.replace(hour=0)
    assert first_bar(MemoryIndex(), NOW, "UTC") < NOW
