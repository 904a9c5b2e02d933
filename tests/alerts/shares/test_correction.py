"""Shares corrected for the errors of a model: unbiased, with intervals that contain the truth."""

import numpy as np
import pytest

from alerts.shares.correction import (
    MIN_OF_EACH,
    ChangeKind,
    ErrorMatrix,
    Estimate,
    ShareCount,
    change_kind,
    corrected_change,
    corrected_share,
)
from bench.shares.simulation import Scenario, simulate

# Sensitivity .75, specificity .9.
MATRIX = ErrorMatrix(hits=150, missed=50, false_alarms=80, other=720)


def count(share, scored=2000):
    return ShareCount(negative=round(share * scored), scored=scored)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_inverse_of_the_matrix_gives_the_true_share(share):
    scored_share = share * 0.75 + (1 - share) * 0.1
    estimate = corrected_share(count(scored_share), MATRIX)
    assert estimate.value == pytest.approx(share, abs=0.002)
    assert estimate.low < share < estimate.high


def test_share_below_the_false_alarms_is_not_negative():
    estimate = corrected_share(count(0.05), MATRIX)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_interval_grows_with_fewer_labels_and_with_fewer_mentions():
    few_labels = ErrorMatrix(hits=15, missed=5, false_alarms=8, other=72)
    widths = [
        estimate.high - estimate.low
        for estimate in (
            corrected_share(count(0.3), MATRIX),
            corrected_share(count(0.3), few_labels),
            corrected_share(count(0.3, 100), MATRIX),
        )
    ]
    assert widths[0] < min(widths[1:])


@pytest.mark.parametrize(
    "matrix",
    [
        None,
        ErrorMatrix(hits=0, missed=0, false_alarms=0, other=0),
        ErrorMatrix(hits=MIN_OF_EACH - 1, missed=0, false_alarms=9, other=99),
        ErrorMatrix(hits=50, missed=50, false_alarms=50, other=50),
    ],
)
def test_error_is_unmeasured_without_a_sufficient_sample(matrix):
    """Also for a model that guesses: its scores contain nothing about the share."""
    assert corrected_share(count(0.3), matrix) is None
    assert corrected_change(count(0.3), count(0.2), matrix) is None


def test_nothing_is_corrected_where_nothing_was_scored():
    assert corrected_share(ShareCount(negative=0, scored=0), MATRIX) is None
    assert ShareCount(negative=0, scored=0).share is None


def test_change_is_larger_than_the_change_of_the_scores():
    """Errors of a model make every difference smaller than it is."""
    change = corrected_change(count(0.30), count(0.20), MATRIX)
    assert change.value == pytest.approx(0.1 / 0.65, abs=0.005)
    assert change_kind(change) is ChangeKind.UP
    assert change_kind(corrected_change(count(0.20), count(0.30), MATRIX)) is ChangeKind.DOWN


def test_small_change_is_no_reliable_change():
    assert change_kind(corrected_change(count(0.21), count(0.20), MATRIX)) is ChangeKind.NONE
    few = corrected_change(count(0.30, 40), count(0.20, 40), MATRIX)
    assert change_kind(few) is ChangeKind.NONE
    assert change_kind(None) is ChangeKind.UNMEASURED
    assert change_kind(Estimate(value=0.1, low=0.0, high=0.2)) is ChangeKind.NONE


SCENARIOS = [
    Scenario(sensitivity=se, specificity=sp, share=p, change=d, sample_size=n, mentions=m)
    for se, sp, p, d, n, m in (
        (0.75, 0.90, 0.15, 0.00, 500, 1000),
        (0.75, 0.90, 0.30, 0.10, 500, 1000),
        (0.65, 0.85, 0.30, 0.05, 1000, 200),
        (0.90, 0.95, 0.50, 0.10, 200, 10_000),
        (0.75, 0.90, 0.05, 0.00, 1000, 1000),
    )
]


def test_intervals_contain_the_truth_in_95_of_100_simulations():
    """The mean over the scenarios; 2,000 runs of one have a standard error of .005."""
    results = [simulate(scenario, runs=2000, seed=7) for scenario in SCENARIOS]
    for name in ("of_share", "of_change"):
        coverage = [getattr(result, name) for result in results]
        assert 0.93 <= np.mean(coverage) <= 0.97, coverage
        assert min(coverage) >= 0.92, coverage
