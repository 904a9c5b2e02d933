"""nlp.metrics: values of small cases, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nlp import metrics

TRUTH = np.array([0, 0, 0, 0, 1, 1, 2, 2])
PREDICTIONS = np.array([0, 0, 1, metrics.UNSCORED, 1, 2, 2, 2])

pairs = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.int64, n, elements=st.integers(0, 2)),
        hnp.arrays(np.int64, n, elements=st.integers(metrics.UNSCORED, 2)),
    )
)
logits = hnp.arrays(np.float64, (6, 3), elements=st.floats(-20, 20))


def macro_f1(truth, predictions):
    """Return macro-F1 over the classes that occur."""
    return metrics.macro(
        metrics.f1, *(rows[:, None] == np.arange(3) for rows in (truth, predictions))
    )


def masks_of(label):
    """Return the masks of class *label*: truth and predictions."""
    return np.equal(TRUTH, label), np.equal(PREDICTIONS, label)


def test_known_figures():
    assert [metrics.recall(*masks_of(c)) for c in range(3)] == [0.5, 0.5, 1.0]
    assert [metrics.precision(*masks_of(c)) for c in range(3)] == [1.0, 0.5, 2 / 3]
    assert [metrics.f1(*masks_of(c)) for c in range(3)] == pytest.approx([2 / 3, 0.5, 0.8])
    assert metrics.macro_recall(TRUTH, PREDICTIONS) == pytest.approx(2 / 3)
    assert macro_f1(TRUTH, PREDICTIONS) == pytest.approx((2 / 3 + 0.5 + 0.8) / 3)


def test_macro_figures_average_over_the_classes_that_occur():
    truth, predictions = np.array([0, 0, 2]), np.array([0, 1, 2])
    assert metrics.macro_recall(truth, predictions) == 0.75


def test_a_class_that_is_never_predicted_has_precision_and_f1_zero():
    no_predictions = np.zeros(8, bool)
    assert metrics.precision(np.equal(TRUTH, 2), no_predictions) == 0.0
    assert metrics.f1(np.equal(TRUTH, 2), no_predictions) == 0.0


def test_macro_figures_without_any_class_are_zero():
    """An example is a file of intents without any label."""
    no_truth = np.zeros((3, 2), bool)
    assert metrics.macro(metrics.recall, no_truth, ~no_truth) == 0.0


@settings(max_examples=40)
@given(pairs)
def test_figures_are_shares(pair):
    truth, predictions = pair
    for figure in (metrics.macro_recall, macro_f1):
        assert 0.0 <= figure(truth, predictions) <= 1.0


@settings(max_examples=40)
@given(pairs)
def test_an_unscored_text_never_improves_the_recall(pair):
    truth, predictions = pair
    partly_unscored = predictions.copy()
    partly_unscored[0] = metrics.UNSCORED
    assert metrics.macro_recall(truth, partly_unscored) <= metrics.macro_recall(truth, predictions)


def test_truth_as_prediction_has_figures_of_one():
    assert metrics.macro_recall(TRUTH, TRUTH) == macro_f1(TRUTH, TRUTH) == 1.0


def calibration_error(is_right, confidence):
    return metrics.calibration_error(metrics.bins(np.array(is_right), np.array(confidence)))


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    is_right = [1.0, 1.0, 1.0, 0.0]
    assert calibration_error(is_right, [0.75] * 4) == pytest.approx(0.0)
    assert calibration_error(is_right, [0.95] * 4) == pytest.approx(0.2)
    assert calibration_error(is_right, [1.0] * 4) == pytest.approx(0.25)


def test_gaps_of_different_bins_do_not_cancel():
    assert calibration_error([1.0, 0.0], [0.5, 0.75]) == pytest.approx(0.625)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30))
def test_bins_are_adjacent_and_contain_every_prediction(outcomes):
    bins = metrics.bins(np.array([r for r, _ in outcomes]), np.array([c for _, c in outcomes]))
    assert sum(bin_.count for bin_ in bins) == len(outcomes)
    assert (bins[0].low, bins[-1].high) == (0.0, 1.0)
    assert [bin_.high for bin_ in bins[:-1]] == [bin_.low for bin_ in bins[1:]]
    for bin_ in bins:
        assert not bin_.count or bin_.low - 1e-9 <= bin_.confidence <= bin_.high + 1e-9


@given(logits)
def test_softmax_makes_probabilities_in_the_order_of_the_logits(rows):
    shares = metrics.softmax(rows)
    assert shares.sum(axis=1) == pytest.approx(np.ones(6))
    assert (np.take_along_axis(shares, rows.argmax(axis=1)[:, None], 1)[:, 0] >= shares.T).all()


def test_temperature_corrects_overconfidence():
    chance = np.random.default_rng(0)
    calibrated_logits = chance.normal(size=(4000, 3))
    draws = chance.random((4000, 1))
    truth = (metrics.softmax(calibrated_logits).cumsum(axis=1) < draws).sum(axis=1)
    assert metrics.fit_temperature(calibrated_logits, truth) == pytest.approx(1.0, abs=0.12)
    assert metrics.fit_temperature(calibrated_logits * 2, truth) == pytest.approx(2.0, abs=0.2)


def test_temperature_makes_confidence_equal_accuracy():
    """With 4 of 5 correct the confidence should be 0.8."""
    logits = np.array([[3.0, 0.0]] * 5, np.float32)
    temperature = metrics.fit_temperature(logits, np.array([0, 0, 1, 0, 0]))
    assert metrics.softmax(logits / temperature).max() == pytest.approx(0.8, abs=0.01)
