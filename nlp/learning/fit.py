"""Fit of a learned head: regularised logistic regression with the packaged head as its prior.

The loss is the negative log-likelihood of the labels, in nats, plus half of ``strength`` times the
squared weights, of ``SCALE_STRENGTH`` times the squared distance of the scale to 1, and of
``BIAS_STRENGTH`` times the squared bias. Few labels move the head little. The strength is chosen by
cross-validation within the training texts; infinity leaves the vector out.
"""

from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize

from nlp.learning.learned_head import LearnedHead, Matrix, log_probabilities
from nlp.metrics import softmax

Labels = np.ndarray[Any, np.dtype[np.int64]]

STRENGTHS: Final = (inf, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1)  # the most cautious first: it wins a tie
SCALE_STRENGTH: Final = 10.0
BIAS_STRENGTH: Final = 1.0
FOLDS: Final = 5
_SCALE_LIMITS: Final = (0.2, 5.0)  # above 0, so that the head can be inverted
_OPTIONS: Final = MappingProxyType({"maxiter": 200, "ftol": 1e-7})  # of L-BFGS


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTexts:
    """The labelled texts of one head; row i of every field is text i."""

    classes: tuple[str, ...]
    probabilities: Matrix  # (n, classes), of the packaged head
    vectors: Matrix  # (n, width); width 0: none
    labels: Labels  # indices of classes
    folds: Labels  # 0 to FOLDS - 1

    def subset(self, mask: "np.ndarray[Any, np.dtype[np.bool_]]") -> "HeadTexts":
        """Return the texts of *mask*."""
        return HeadTexts(
            classes=self.classes,
            probabilities=self.probabilities[mask],
            vectors=self.vectors[mask],
            labels=self.labels[mask],
            folds=self.folds[mask],
        )


def fit_head(texts: HeadTexts) -> LearnedHead:
    """Return the head fitted on *texts*, with the strength of the least cross-validated loss.

    Deterministic.
    """
    best, least_loss = STRENGTHS[0], inf
    for strength in STRENGTHS if texts.vectors.shape[1] else ():
        loss = _cross_validated_loss(texts, strength)
        if loss >= least_loss:
            break  # the loss has one minimum: bolder strengths are worse still
        best, least_loss = strength, loss
    return fit_with_strength(texts, best)


def fit_with_strength(texts: HeadTexts, strength: float) -> LearnedHead:
    """Return the head of the least loss; *strength* as in the module's docstring."""
    vectors = texts.vectors if strength < inf else texts.vectors[:, :0]
    logs = log_probabilities(texts.probabilities)
    shape = (len(texts.classes), vectors.shape[1])
    targets = np.eye(len(texts.classes))[texts.labels]
    penalty = np.concatenate(
        [[SCALE_STRENGTH], np.full(shape[0], BIAS_STRENGTH), np.full(shape[0] * shape[1], strength)]
    )
    prior = np.zeros(len(penalty))
    prior[0] = 1.0

    def loss(numbers: Matrix) -> tuple[float, Matrix]:
        """Return the loss and its gradient at *numbers*: the scale, the bias, the weights."""
        weights = numbers[1 + shape[0] :].reshape(shape)
        logits = numbers[0] * logs + vectors @ weights.T + numbers[1 : 1 + shape[0]]
        probabilities = softmax(logits)
        slope = probabilities - targets
        value = -float(np.log(probabilities[targets > 0] + 1e-12).sum())
        gradient = np.concatenate(
            [[float((slope * logs).sum())], slope.sum(axis=0), (slope.T @ vectors).ravel()]
        )
        change = numbers - prior
        return value + 0.5 * float(penalty @ change**2), gradient + penalty * change

    bounds = [_SCALE_LIMITS] + [(None, None)] * (len(prior) - 1)
    numbers = minimize(
        loss, prior, jac=True, method="L-BFGS-B", bounds=bounds, options=dict(_OPTIONS)
    ).x
    return LearnedHead(
        classes=texts.classes,
        scale=float(numbers[0]),
        bias=numbers[1 : 1 + shape[0]],
        weights=numbers[1 + shape[0] :].reshape(shape),
    )


def _cross_validated_loss(texts: HeadTexts, strength: float) -> float:
    """Return the summed loss of each text under the head fitted on the other folds."""
    total = 0.0
    for fold in range(FOLDS):
        test = texts.subset(texts.folds == fold)
        if len(test.labels):
            head = fit_with_strength(texts.subset(texts.folds != fold), strength)
            probabilities = head.apply(test.probabilities, test.vectors)
            rows = np.arange(len(test.labels))
            total -= float(np.log(probabilities[rows, test.labels] + 1e-12).sum())
    return total
