"""The time of an export is no time of publication."""

from datetime import UTC, datetime, timedelta

from core.timestamps import DateProblem
from crawlers.dates.reader import DateReading
from crawlers.dates.shared import MIN_SHARED, without_shared_dates

NOW = datetime(2026, 11, 22, 6, 3, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def readings(*moments, is_rounded=False):
    return [DateReading(at, is_rounded=is_rounded) for at in moments]


def test_dates_of_a_few_seconds_are_unknown():
    """A generator dates its entries one by one; the older article in its feed keeps its date."""
    export = readings(*(NOW + n * SECOND for n in range(MIN_SHARED)))
    *shared, older = without_shared_dates([*export, DateReading(NOW - HOUR)])
    assert {reading.problem for reading in shared} == {DateProblem.SHARED}
    assert older == DateReading(NOW - HOUR)


def test_few_equal_dates_stay():
    few = readings(*[NOW] * (MIN_SHARED - 1))
    assert without_shared_dates(few) == few


def test_equal_dates_of_a_small_part_of_the_page_stay():
    page = readings(*[NOW] * MIN_SHARED, *(NOW - n * HOUR for n in range(1, 2 * MIN_SHARED)))
    assert without_shared_dates(page) == page


def test_equal_days_and_ages_stay():
    """Posts of one day are equal where only the day is stated."""
    page = readings(*[NOW] * 9, is_rounded=True)
    assert without_shared_dates(page) == page


def test_posts_of_one_minute_keep_their_dates():
    """In a crisis whole pages of a thread are written within minutes."""
    page = readings(*(NOW + n * 5 * SECOND for n in range(2 * MIN_SHARED)))
    assert without_shared_dates(page) == page


def test_busy_thread_keeps_its_dates():
    page = readings(*(NOW + n * 20 * SECOND for n in range(30)))
    assert without_shared_dates(page) == page
