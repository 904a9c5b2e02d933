"""Forecast of the remaining time from a measured rate."""

import pytest

from demo.display.forecast import Rate, forecast, in_words


def rate_of(*counts):
    rate = Rate()
    for at, count in counts:
        rate.update(count, at)
    return rate


def test_rate_is_measured_from_the_first_to_the_newest_mention():
    rate = rate_of((0, 0), (10, 100), (20, 300), (25, 300))
    assert rate.per_second == 20
    assert rate.until(30) == 10  # a step that stalls slows down


@pytest.mark.parametrize("counts", [[], [(0, 0)], [(0, 0), (3, 50)], [(0, 50), (9, 50)]])
def test_no_rate_and_no_forecast_without_growth(counts):
    assert rate_of(*counts).per_second is None
    assert forecast(rate_of(*counts), 100, at=60) is None


def test_forecast_needs_fifteen_seconds_of_measurement():
    rate = rate_of((0, 10), (2, 30))
    assert forecast(rate, 100, at=14.9) is None
    assert forecast(rate, 100, at=20) == 100


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "less than a minute"), (60, "less than a minute"), (61, "about 2 minutes")],
)
def test_durations_are_rounded_up(seconds, words):
    assert in_words(seconds) == words
