"""Predictions for labelled texts, and their metrics with and without calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from core.mention import DECISION_THRESHOLD
from nlp import metrics
from nlp.evaluation.calibration_floor import calibration_floor
from nlp.metrics import CalibrationBin, Floats, Masks

_EPSILON: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPredictions:
    """One draw of a task. Row i of every field is text i, column c is class c."""

    truth: Masks
    probabilities: Floats  # calibrated probabilities; a row of NaN is not scored
    temperatures: Floats  # by row; NaN: unknown
    allowed_classes: Sequence[int]  # indices of the classes that may be predicted
    multi_label: bool  # True: a text may have several classes, or none

    @property
    def scored_mask(self) -> Masks:
        """Mask of the texts that were scored."""
        mask: Masks = np.atleast_1d(np.isfinite(self.probabilities).all(axis=1))
        return mask

    @property
    def allowed_probabilities(self) -> Floats:
        """Probabilities of the allowed classes, in their order; 0 for a text that was not scored.

        Without ``multi_label`` they are renormalized to sum 1.
        """
        probabilities = np.where(self.scored_mask[:, None], self.probabilities, 0.0)[
            :, list(self.allowed_classes)
        ]
        return probabilities if self.multi_label else _normalize(probabilities)

    @property
    def predicted_mask(self) -> Masks:
        """Mask of the predicted classes; a text that was not scored has none."""
        mask = np.zeros_like(self.truth)
        if self.multi_label:
            mask[:, list(self.allowed_classes)] = self.allowed_probabilities >= DECISION_THRESHOLD
        else:
            mask[
                np.arange(len(mask)),
                np.asarray(self.allowed_classes)[self.allowed_probabilities.argmax(axis=1)],
            ] = True
        return mask & self.scored_mask[:, None]

    def subset(self, indices: Sequence[int]) -> "TaskPredictions":
        """Return the texts at *indices*."""
        rows = list(indices)
        return replace(
            self,
            truth=self.truth[rows],
            probabilities=self.probabilities[rows],
            temperatures=self.temperatures[rows],
        )

    def bins(self) -> tuple[CalibrationBin, ...]:
        """Return calibrated confidence and accuracy by bin.

        A text that was not scored has confidence 0 and counts as wrong.
        """
        return metrics.bins(*self._outcomes(self.allowed_probabilities))

    def calibration_floor(self) -> float:
        """Return the calibration error of a perfect model with the confidences of this draw."""
        return calibration_floor(self._outcomes(self.allowed_probabilities)[1])

    def correct_mask(self) -> Masks:
        """Return the mask of the texts whose classes were all predicted, and no other."""
        equal: Masks = (self.truth == self.predicted_mask).all(axis=1)
        return equal & self.scored_mask

    def bins_before(self) -> tuple[CalibrationBin, ...] | None:
        """Return the bins before calibration; None if a scored text's temperature is unknown."""
        if np.isnan(self.temperatures[self.scored_mask]).any():
            return None
        probabilities = _undo_temperatures(
            self.allowed_probabilities, self.temperatures[:, None], multi_label=self.multi_label
        )
        return metrics.bins(*self._outcomes(probabilities))

    def _outcomes(self, probabilities: Floats) -> tuple[Masks, Floats]:
        """Return correctness and confidence of the likeliest class of each text.

        With ``multi_label`` of every class.
        """
        if self.multi_label:
            is_true: Masks = self.truth[:, list(self.allowed_classes)] & self.scored_mask[:, None]
            return is_true.ravel(), probabilities.ravel()
        is_right: Masks = np.atleast_1d((self.truth & self.predicted_mask).any(axis=1))
        return is_right, probabilities.max(axis=1)


def overall_metrics(draw: TaskPredictions) -> dict[str, Any]:
    """Return the metrics that the report has for the whole file and for each language."""
    truth, predictions = draw.truth, draw.predicted_mask
    error, floor = metrics.calibration_error(draw.bins()), draw.calibration_floor()
    return {
        "n": len(truth),
        "accuracy": float(np.mean(draw.correct_mask())),
        "macro_recall": metrics.macro(metrics.recall, truth, predictions),
        "macro_f1": metrics.macro(metrics.f1, truth, predictions),
        "ece": error,
        "ece_floor": floor,
        "ece_excess": max(0.0, error - floor),
        "unscored": int(np.sum(~draw.scored_mask)),
    }


def class_metrics(draw: TaskPredictions, column: int) -> dict[str, Any]:
    """Return the metrics of the class in *column*."""
    truth, predictions = draw.truth[:, column], draw.predicted_mask[:, column]
    return {
        "n": int(np.sum(truth)),
        "precision": metrics.precision(truth, predictions),
        "recall": metrics.recall(truth, predictions),
        "f1": metrics.f1(truth, predictions),
    }


def _undo_temperatures(probabilities: Floats, temperatures: Floats, *, multi_label: bool) -> Floats:
    """Return *probabilities* as they were before their logits were divided by *temperatures*."""
    powers: Floats = probabilities ** np.nan_to_num(temperatures, nan=1.0)
    if multi_label:
        others: Floats = (1 - probabilities) ** np.nan_to_num(temperatures, nan=1.0)
        return powers / (powers + others)
    return _normalize(powers)


def _normalize(probabilities: Floats) -> Floats:
    """Return *probabilities* with rows of sum 1; rows of zeros stay."""
    rows: Floats = probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), _EPSILON)
    return rows
