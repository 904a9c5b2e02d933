"""A trend is rising only if it is more than chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.trend import Trend, classify_trend

PULSE = st.lists(st.integers(0, 500), max_size=12)


@pytest.mark.parametrize(
    ("pulse", "way"),
    [
        ((2, 3, 9, 14, 22, 31), Trend.RISING),
        ((31, 30, 5, 4), Trend.FALLING),
        ((10, 10, 11, 10), Trend.LEVEL),
        ((0, 1, 1, 1), Trend.LEVEL),  # two more voices are chance
        ((0, 0, 0, 0), Trend.LEVEL),
        ((0, 0, 90), Trend.LEVEL),  # nothing to compare with
        ((), Trend.LEVEL),
    ],
)
def test_last_two_values_are_compared_with_the_two_before(pulse, way):
    assert classify_trend(pulse) is way


@given(PULSE)
def test_reversed_rise_is_a_fall(pulse):
    opposite = {Trend.RISING: Trend.FALLING, Trend.FALLING: Trend.RISING}
    last = pulse[-4:]
    assert classify_trend(last[::-1]) is opposite.get(classify_trend(last), Trend.LEVEL)


@given(PULSE, st.integers(1, 500))
def test_more_voices_keep_a_rise(pulse, more):
    if classify_trend(pulse) is Trend.RISING:
        assert classify_trend([*pulse[:-1], pulse[-1] + more]) is Trend.RISING


@given(PULSE, PULSE)
def test_old_values_do_not_matter(old, pulse):
    if len(pulse) >= 4:
        assert classify_trend([*old, *pulse]) is classify_trend(pulse)
