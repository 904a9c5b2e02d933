"""Tail probabilities agree with their definitions, and more is never less surprising."""

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


def excess(observed, expected, spread):
    return float(excess_score(np.array([observed * 1.0]), np.array([expected]), spread)[0])


def share(negative, heard, usual=0.2, clumping=0.02):
    given_ = (np.array([float(x)]) for x in (negative, heard, usual, clumping))
    return float(share_score(*given_)[0])


@given(voices, means, spreads)
def test_excess_is_the_upper_tail_of_a_negative_binomial(observed, expected, spread):
    if observed <= expected:
        assert excess(observed, expected, spread) == 0
        return
    size = 1 / spread
    tail = -nbinom.logsf(observed - 1, size, size / (size + expected)) / np.log(10)
    assert excess(observed, expected, spread) == pytest.approx(
        min(tail, MAX_SCORE), rel=1e-6, abs=1e-9
    )


@given(voices, means, spreads)
def test_more_voices_are_never_less_surprising(observed, expected, spread):
    assert excess(observed + 1, expected, spread) >= excess(observed, expected, spread)


@given(voices, voices, st.floats(0.02, 0.9), st.floats(0.001, 0.5))
def test_one_more_negative_voice_never_lowers_the_share(negative, others, usual, clumping):
    heard = negative + others
    before = share(negative, heard, usual, clumping)
    assert share(negative + 1, heard + 1, usual, clumping) >= before - 1e-9


@given(st.integers(1, 300), st.integers(1, 50))
def test_one_more_friendly_voice_never_raises_the_share(negative, others):
    assert share(negative, negative + others + 1) <= share(negative, negative + others) + 1e-9


def test_the_usual_share_is_no_surprise():
    assert share(20, 100) == 0


def test_a_voice_that_turned_counts_among_the_heard():
    """A voice positive before the window and negative in it is one of one, not one of none."""
    assert share(1, 0) == share(1, 1)


def test_windows_sum_the_last_buckets():
    series = np.arange(100.0)
    sums = rolling_sums(series, 71)
    assert sums.shape == (29, len(WINDOWS))
    assert sums[-1].tolist() == [series[-width:].sum() for width in WINDOWS]


@given(st.floats(0, 100))
def test_tempering_never_sharpens_and_never_silences(tail):
    assert 1 <= float(noise_factor(np.array([tail]))[0]) <= MAX_NOISE_FACTOR
