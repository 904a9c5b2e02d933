"""Labelled texts and what was said of them: figures, with and without calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from core.mention import DECISION_THRESHOLD
from nlp import metrics
from nlp.metrics import CalibrationBin, Floats, Masks

_EPSILON: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPredictions:
    """One draw of a task. Row i of every field is text i, column c class c."""

    truth: Masks
    probabilities: Floats  # calibrated probabilities; a row of NaN is not scored
    temperatures: Floats  # by row; NaN: not known
    allowed_classes: Sequence[int]  # the classes that may be said
    multi_label: bool  # classes do not exclude each other

    @property
    def scored_mask(self) -> Masks:
        """Which texts were scored."""
        mask: Masks = np.atleast_1d(np.isfinite(self.probabilities).all(axis=1))
        return mask

    @property
    def allowed_probabilities(self) -> Floats:
        """Probabilities of the classes that may be said, in their order, and 0 where unscored.

        Where they exclude each other they sum to 1 again.
        """
        probabilities = np.where(self.scored_mask[:, None], self.probabilities, 0.0)[
            :, list(self.allowed_classes)
        ]
        return probabilities if self.multi_label else _normalize(probabilities)

    @property
    def predicted_mask(self) -> Masks:
        """The classes that were said: none of a text that was not scored."""
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
        """The texts whose indices are *chosen*."""
        rows = list(indices)
        return replace(
            self,
            truth=self.truth[rows],
            probabilities=self.probabilities[rows],
            temperatures=self.temperatures[rows],
        )

    def bins(self) -> tuple[CalibrationBin, ...]:
        """Reliability as it stands. An unscored text has confidence 0 and is wrong."""
        return self._bins(self.allowed_probabilities)

    def bins_before(self) -> tuple[CalibrationBin, ...] | None:
        """Reliability before calibration; None where a scored text's temperature is not known."""
        if np.isnan(self.temperatures[self.scored_mask]).any():
            return None
        return self._bins(
            _undo_temperatures(
                self.allowed_probabilities, self.temperatures[:, None], multi_label=self.multi_label
            )
        )

    def _bins(self, probabilities: Floats) -> tuple[CalibrationBin, ...]:
        """Of each text the likeliest class; where several may hold, of each text every class."""
        if self.multi_label:
            is_true: Masks = self.truth[:, list(self.allowed_classes)] & self.scored_mask[:, None]
            return metrics.bins(is_true.ravel(), probabilities.ravel())
        is_right: Masks = np.atleast_1d((self.truth & self.predicted_mask).any(axis=1))
        return metrics.bins(is_right, probabilities.max(axis=1))


def overall_metrics(draw: TaskPredictions) -> dict[str, Any]:
    """The figures of the contract that stand for the whole file and for each language."""
    truth, predictions = draw.truth, draw.predicted_mask
    return {
        "n": len(truth),
        "accuracy": float(np.mean((truth == predictions).all(axis=1) & draw.scored_mask)),
        "macro_recall": metrics.macro(metrics.recall, truth, predictions),
        "macro_f1": metrics.macro(metrics.f1, truth, predictions),
        "ece": metrics.calibration_error(draw.bins()),
        "unscored": int(np.sum(~draw.scored_mask)),
    }


def class_metrics(draw: TaskPredictions, column: int) -> dict[str, Any]:
    """The figures of one class."""
    truth, predictions = draw.truth[:, column], draw.predicted_mask[:, column]
    return {
        "n": int(np.sum(truth)),
        "precision": metrics.precision(truth, predictions),
        "recall": metrics.recall(truth, predictions),
        "f1": metrics.f1(truth, predictions),
    }


def _undo_temperatures(probabilities: Floats, temperatures: Floats, *, multi_label: bool) -> Floats:
    """What *shares* were before their logits were divided by *temperatures*."""
    powers: Floats = probabilities ** np.nan_to_num(temperatures, nan=1.0)
    if multi_label:
        others: Floats = (1 - probabilities) ** np.nan_to_num(temperatures, nan=1.0)
        return powers / (powers + others)
    return _normalize(powers)


def _normalize(probabilities: Floats) -> Floats:
    """Rows of sum 1, but those of zeros."""
    rows: Floats = probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), _EPSILON)
    return rows
