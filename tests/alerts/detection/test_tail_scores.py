"""Tail probabilities agree with their definitions and are monotonic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from alerts.detection.tail_scores import (
    MAX_NOISE_FACTOR,
    MAX_SCORE,
    WINDOWS,
    excess_score,
    noise_factor,
    rolling_sums,
    share_score,
)

means = st.floats(0.01, 200)
spreads = st.floats(0.005, 5)
voices = st.integers(0, 300)


def excess(count, mean, spread):
    return float(excess_score(np.array([count * 1.0]), np.array([mean]), spread)[0])


def share(negative, total, usual=0.2, clumping=0.02):
    arguments = (np.array([float(x)]) for x in (negative, total, usual, clumping))
    return float(share_score(*arguments)[0])


@given(voices, means, spreads)
def test_excess_is_the_upper_tail_of_a_negative_binomial(count, mean, spread):
    if count <= mean:
        assert excess(count, mean, spread) == 0
        return
    size = 1 / spread
    tail = -nbinom.logsf(count - 1, size, size / (size + mean)) / np.log(10)
    assert excess(count, mean, spread) == pytest.approx(min(tail, MAX_SCORE), rel=1e-6, abs=1e-9)


@given(voices, means, spreads)
def test_excess_score_increases_with_the_count(count, mean, spread):
    assert excess(count + 1, mean, spread) >= excess(count, mean, spread)


@given(voices, voices, st.floats(0.02, 0.9), st.floats(0.001, 0.5))
def test_share_score_increases_with_negative_voices(negative, others, usual, clumping):
    total = negative + others
    before = share(negative, total, usual, clumping)
    assert share(negative + 1, total + 1, usual, clumping) >= before - 1e-9


@given(st.integers(1, 300), st.integers(1, 50))
def test_share_score_decreases_with_other_voices(negative, others):
    assert share(negative, negative + others + 1) <= share(negative, negative + others) + 1e-9


def test_normal_share_has_score_0():
    assert share(20, 100) == 0


def test_voice_that_turned_negative_counts_in_the_total():
    """A voice positive before the window and negative in it is one of one, not one of none."""
    assert share(1, 0) == share(1, 1)


def test_rolling_sums_are_of_the_last_buckets():
    series = np.arange(100.0)
    sums = rolling_sums(series, 71)
    assert sums.shape == (29, len(WINDOWS))
    assert sums[-1].tolist() == [series[-width:].sum() for width in WINDOWS]


@given(st.floats(0, 100))
def test_noise_factor_is_between_1_and_its_maximum(tail):
    assert 1 <= float(noise_factor(np.array([tail]))[0]) <= MAX_NOISE_FACTOR
