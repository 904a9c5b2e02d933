"""nlp.evaluation.calibration_floor: the error of a perfect model, against its exact mean."""

from itertools import product

import numpy as np
import pytest

from nlp import metrics
from nlp.evaluation.calibration_floor import calibration_floor
from nlp.evaluation.evaluate import evaluate
from tests.nlp.factories import WordModel


def exact_floor(confidence):
    """Return the mean error over all outcomes, weighted by their probability."""
    total = 0.0
    for outcome in product([0.0, 1.0], repeat=len(confidence)):
        right = np.array(outcome)
        weight = float(np.prod(np.where(right == 1.0, confidence, 1 - confidence)))
        total += weight * metrics.calibration_error(metrics.bins(right, confidence))
    return total


@pytest.mark.parametrize(
    "confidence",
    [[0.5], [0.9, 0.4], [0.55, 0.56, 0.57, 0.9], [0.34, 0.5, 0.5, 0.5, 0.7, 0.99, 1.0]],
)
def test_the_floor_is_the_mean_over_all_outcomes(confidence):
    array = np.array(confidence)
    assert calibration_floor(array) == pytest.approx(exact_floor(array), abs=0.02)


def test_certain_predictions_and_none_have_a_floor_of_zero():
    assert calibration_floor(np.array([0.0, 1.0, 1.0])) == 0.0
    assert calibration_floor(np.array([])) == 0.0


def test_the_floor_falls_with_the_number_of_texts():
    rng = np.random.default_rng(1)
    few, many = (calibration_floor(rng.uniform(0.34, 1, n)) for n in (50, 5000))
    assert few > 0.05
    assert 0 < many < 0.02


def test_the_order_of_the_texts_has_no_influence():
    confidence = np.random.default_rng(2).uniform(0, 1, 40)
    assert calibration_floor(confidence) == calibration_floor(confidence[::-1])


def test_a_calibrated_model_has_no_excess_and_an_overconfident_one_has():
    rng = np.random.default_rng(3)
    confidence = rng.uniform(0.4, 0.9, 3000)
    for actual, is_calibrated in ((confidence, True), (confidence - 0.2, False)):
        right = (rng.random(3000) < actual).astype(float)
        error = metrics.calibration_error(metrics.bins(right, confidence))
        assert (error - calibration_floor(confidence) < 0.01) == is_calibrated


def test_the_report_has_floor_and_excess_also_by_language():
    """WordModel is 0.6 sure: of 4 right texts the error is 0.4, and by chance 0.21 is normal."""
    rows = [{"text": "a bad day", "label": "negative", "language": "en"}] * 4
    figures = evaluate(rows, WordModel()).figures
    for part in (figures, figures["per_language"]["en"]):
        assert part["ece"] == pytest.approx(0.4)
        assert part["ece_floor"] == pytest.approx(exact_floor(np.full(4, 0.6)), abs=0.02)
        assert part["ece_excess"] == pytest.approx(part["ece"] - part["ece_floor"])


def test_the_excess_is_never_negative():
    labels = ["negative"] * 6 + ["neutral"] * 4  # 0.6 right, as sure as the model is
    rows = [{"text": "a bad day", "label": label, "language": "en"} for label in labels]
    figures = evaluate(rows, WordModel()).figures
    assert figures["ece"] == pytest.approx(0.0)
    assert figures["ece_floor"] > 0.05
    assert figures["ece_excess"] == 0.0
