"""Shift of a mean: the noise of posts and of days both count."""

from random import Random

import pytest

from alerts.drift.shift import ScoreDay, measure_shift


def day(number, count, mean, sd=0.5):
    """Return the sums of *count* posts with this mean and standard deviation."""
    return ScoreDay(number, count, count * mean, count * (mean**2 + sd**2))


def days(count, posts, day_sd=0.0, seed=1):
    random = Random(seed)
    return [day(n, posts, random.gauss(0.1, day_sd)) for n in range(count)]


def test_shift_is_the_difference_of_the_means():
    shift = measure_shift(days(60, 500), [day(60, 1000, 0.2)])
    assert shift.change == pytest.approx(0.1, abs=1e-6)
    assert (shift.mean, shift.reference) == (pytest.approx(0.2), pytest.approx(0.1))
    assert shift.z > 4


def test_no_shift_has_no_size():
    assert measure_shift(days(60, 500), [day(60, 1000, 0.1)]).z == pytest.approx(0, abs=1e-6)


def test_source_whose_mood_varies_by_day_needs_a_larger_shift():
    window = [day(60, 1000, 0.2)]
    calm, moody = (measure_shift(days(60, 500, sd), window) for sd in (0.0, 0.1))
    assert moody.z < calm.z / 2


def test_many_days_are_surer_than_one_with_as_many_posts():
    past = days(60, 500, 0.04)
    one_day = measure_shift(past, [day(60, 1000, 0.2)])
    ten_days = measure_shift(past, [day(60 + n, 100, 0.2) for n in range(10)])
    assert ten_days.z > one_day.z


def test_scores_that_never_vary_are_no_error():
    same = [day(n, 100, 0.0, sd=0.0) for n in range(20)]
    assert measure_shift(same, [day(20, 1000, 0.0, sd=0.0)]).z == pytest.approx(0)
