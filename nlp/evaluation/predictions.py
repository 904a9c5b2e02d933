"""Labelled texts and what was said of them: figures, with and without calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from core.mention import LIKELY
from nlp import metrics
from nlp.metrics import Bin, Floats, Masks

_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One draw of a task. Row i of every field is text i, column c class c."""

    truth: Masks
    shares: Floats  # calibrated probabilities; a row of NaN is not scored
    temperatures: Floats  # by row; NaN: not known
    asked: Sequence[int]  # the classes that may be said
    several: bool  # classes do not exclude each other

    @property
    def scored(self) -> Masks:
        """Which texts were scored."""
        scored: Masks = np.atleast_1d(np.isfinite(self.shares).all(axis=1))
        return scored

    @property
    def allowed(self) -> Floats:
        """Probabilities of the classes that may be said, in their order, and 0 where unscored.

        Where they exclude each other they sum to 1 again.
        """
        kept = np.where(self.scored[:, None], self.shares, 0.0)[:, list(self.asked)]
        return kept if self.several else _normal(kept)

    @property
    def said(self) -> Masks:
        """The classes that were said: none of a text that was not scored."""
        said = np.zeros_like(self.truth)
        if self.several:
            said[:, list(self.asked)] = self.allowed >= LIKELY
        else:
            said[np.arange(len(said)), np.asarray(self.asked)[self.allowed.argmax(axis=1)]] = True
        return said & self.scored[:, None]

    def of(self, chosen: Sequence[int]) -> "Answers":
        """The texts whose indices are *chosen*."""
        rows = list(chosen)
        return replace(
            self,
            truth=self.truth[rows],
            shares=self.shares[rows],
            temperatures=self.temperatures[rows],
        )

    def bins(self) -> tuple[Bin, ...]:
        """Reliability as it stands. An unscored text has confidence 0 and is wrong."""
        return self._bins(self.allowed)

    def bins_before(self) -> tuple[Bin, ...] | None:
        """Reliability before calibration; None where a scored text's temperature is not known."""
        if np.isnan(self.temperatures[self.scored]).any():
            return None
        return self._bins(_heated(self.allowed, self.temperatures[:, None], several=self.several))

    def _bins(self, shares: Floats) -> tuple[Bin, ...]:
        """Of each text the likeliest class; where several may hold, of each text every class."""
        if self.several:
            is_true: Masks = self.truth[:, list(self.asked)] & self.scored[:, None]
            return metrics.bins(is_true.ravel(), shares.ravel())
        is_right: Masks = np.atleast_1d((self.truth & self.said).any(axis=1))
        return metrics.bins(is_right, shares.max(axis=1))


def figures(answers: Answers) -> dict[str, Any]:
    """The figures of the contract that stand for the whole file and for each language."""
    truth, said = answers.truth, answers.said
    return {
        "n": len(truth),
        "accuracy": float(np.mean((truth == said).all(axis=1) & answers.scored)),
        "macro_recall": metrics.macro(metrics.recall, truth, said),
        "macro_f1": metrics.macro(metrics.f1, truth, said),
        "ece": metrics.calibration_error(answers.bins()),
        "unscored": int(np.sum(~answers.scored)),
    }


def of_class(answers: Answers, column: int) -> dict[str, Any]:
    """The figures of one class."""
    truth, said = answers.truth[:, column], answers.said[:, column]
    return {
        "n": int(np.sum(truth)),
        "precision": metrics.precision(truth, said),
        "recall": metrics.recall(truth, said),
        "f1": metrics.f1(truth, said),
    }


def _heated(shares: Floats, temperatures: Floats, *, several: bool) -> Floats:
    """What *shares* were before their logits were divided by *temperatures*."""
    powers: Floats = shares ** np.nan_to_num(temperatures, nan=1.0)
    if several:
        others: Floats = (1 - shares) ** np.nan_to_num(temperatures, nan=1.0)
        return powers / (powers + others)
    return _normal(powers)


def _normal(shares: Floats) -> Floats:
    """Rows of sum 1, but those of zeros."""
    rows: Floats = shares / np.maximum(shares.sum(axis=1, keepdims=True), _TINY)
    return rows
