"""nlp.evaluation.predictions: laws of predictions and their confidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.mention import DECISION_THRESHOLD
from nlp.evaluation.predictions import TaskPredictions, overall_metrics
from nlp.metrics import softmax

FEW = settings(max_examples=40)
ROWS, CLASSES = 5, 4
LOGITS = hnp.arrays(np.float64, (ROWS, CLASSES), elements=st.floats(-8, 8))
TRUTHS = hnp.arrays(np.bool_, (ROWS, CLASSES))
ALLOWED = st.sets(st.integers(0, CLASSES - 1), min_size=1).map(sorted)
TEMPERATURES = hnp.arrays(np.float64, ROWS, elements=st.floats(0.5, 4))


def predictions_of(
    logits, temperatures=None, *, truth=None, allowed=range(CLASSES), multi_label=False
):
    row_temperatures = np.ones(ROWS) if temperatures is None else temperatures
    scaled_logits = logits / row_temperatures[:, None]
    return TaskPredictions(
        truth=np.zeros((ROWS, CLASSES), bool) if truth is None else truth,
        probabilities=1 / (1 + np.exp(-scaled_logits)) if multi_label else softmax(scaled_logits),
        temperatures=row_temperatures,
        allowed_classes=list(allowed),
        multi_label=multi_label,
    )


@FEW
@given(LOGITS, TEMPERATURES, ALLOWED, st.booleans())
def test_bins_before_calibration_equal_those_of_the_logits(
    logits, temperatures, allowed, multi_label
):
    """Undoing a temperature gives the reliability of temperature one, also of some classes."""
    calibrated = predictions_of(logits, temperatures, allowed=allowed, multi_label=multi_label)
    plain = predictions_of(logits, allowed=allowed, multi_label=multi_label)
    before, plain_bins = calibrated.bins_before(), plain.bins()
    assert sum(b.count for b in before) == sum(b.count for b in plain_bins)
    assert sum(b.count * b.confidence for b in before) == pytest.approx(
        sum(b.count * b.confidence for b in plain_bins), abs=1e-6
    )


@FEW
@given(LOGITS, ALLOWED, st.booleans())
def test_only_allowed_classes_are_predicted(logits, allowed, multi_label):
    mask = predictions_of(logits, allowed=allowed, multi_label=multi_label).predicted_mask
    others = [c for c in range(CLASSES) if c not in allowed]
    assert not mask[:, others].any()
    assert multi_label or (mask.sum(axis=1) == 1).all()


@FEW
@given(LOGITS)
def test_each_of_several_classes_is_predicted_by_its_own_probability(logits):
    predictions = predictions_of(logits, multi_label=True)
    assert (predictions.predicted_mask == (predictions.probabilities >= DECISION_THRESHOLD)).all()


@FEW
@given(LOGITS, TRUTHS, st.booleans(), st.integers(0, ROWS - 1))
def test_unscored_row_is_wrong_for_any_truth(logits, truth, multi_label, row):
    predictions = predictions_of(logits, truth=truth, multi_label=multi_label)
    predictions.probabilities[row] = np.nan
    metrics = overall_metrics(predictions)
    row_metrics = overall_metrics(predictions.subset([row]))
    assert (metrics["unscored"], row_metrics["accuracy"], row_metrics["macro_f1"]) == (1, 0.0, 0.0)
    assert metrics["accuracy"] <= (ROWS - 1) / ROWS
    assert not predictions.predicted_mask[row].any()


@FEW
@given(LOGITS, TRUTHS, ALLOWED)
def test_pairs_are_all_texts_times_all_allowed_classes(logits, truth, allowed):
    bins = predictions_of(logits, truth=truth, allowed=allowed, multi_label=True).bins()
    assert sum(b.count for b in bins) == ROWS * len(allowed)
    assert sum(b.count * b.right for b in bins) == pytest.approx(truth[:, allowed].sum())


def test_an_allowed_class_is_predicted_even_with_probability_zero():
    """All of the probability is of a class that is not allowed."""
    predictions = predictions_of(np.zeros((ROWS, CLASSES)), allowed=[2])
    predictions.probabilities[:] = [1.0, 0.0, 0.0, 0.0]
    assert predictions.predicted_mask[:, 2].all()
    assert not predictions.allowed_probabilities.any()
