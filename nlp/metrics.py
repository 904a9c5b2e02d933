"""Figures of a classifier. Classes are indices, probabilities rows of sum 1; results are 0 to 1."""

from typing import Any, Final

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
Classes = np.ndarray[Any, np.dtype[np.integer[Any]]]

NOTHING: Final = -1  # what was said of a text that was not scored: wrong, whatever the truth
BINS: Final = 15  # of equal width (arXiv:1706.04599)
_TEMPERATURES: Final = np.arange(0.5, 4.001, 0.01)


def accuracy(truth: Classes, said: Classes) -> float:
    """Share of the texts of which the truth was said."""
    return float(np.mean(truth == said))


def recall(truth: Classes, said: Classes, label: int) -> float:
    """Share of the texts of class *label* of which it was said."""
    return float(np.mean(said[truth == label] == label))


def precision(truth: Classes, said: Classes, label: int) -> float:
    """Share of the texts of which class *label* was said that are of it; 0 where it never was."""
    return float(np.sum(truth[said == label] == label)) / max(1, int(np.sum(said == label)))


def f1(truth: Classes, said: Classes, label: int) -> float:
    """Harmonic mean of precision and recall of class *label*; 0 where nothing was right."""
    both = int(np.sum((truth == label) & (said == label)))
    return 2 * both / max(1, int(np.sum(truth == label)) + int(np.sum(said == label)))


def macro_recall(truth: Classes, said: Classes) -> float:
    """Mean :func:`recall` over the classes that occur in *truth*."""
    return float(np.mean([recall(truth, said, label) for label in np.unique(truth)]))


def macro_f1(truth: Classes, said: Classes) -> float:
    """Mean :func:`f1` over the classes that occur in *truth*."""
    return float(np.mean([f1(truth, said, label) for label in np.unique(truth)]))


def calibration_error(right: Floats, confidence: Floats) -> float:
    """Expected calibration error: mean gap by bin between *confidence* and share of *right*."""
    bins = np.clip(np.ceil(confidence * BINS) - 1, 0, BINS - 1)
    gaps = [abs(float(np.sum(right[bins == b] - confidence[bins == b]))) for b in range(BINS)]
    return sum(gaps) / len(right)


def softmax(logits: Floats) -> Floats:
    """Each row as probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    rows: Floats = powers / powers.sum(axis=1, keepdims=True)
    return rows


def fit_temperature(logits: Floats, truth: Classes) -> float:
    """The temperature, 0.5 to 4 in hundredths, under which *truth* is likeliest."""
    return round(float(min(_TEMPERATURES, key=lambda t: _surprise(logits / t, truth))), 2)


def _surprise(logits: Floats, truth: Classes) -> float:
    """Mean negative log-likelihood of *truth*, in nats."""
    return float(-np.log(softmax(logits)[np.arange(len(truth)), truth] + 1e-12).mean())
