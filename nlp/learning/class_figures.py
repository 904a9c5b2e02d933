"""Figures of predictions against labels of people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nlp import metrics
from nlp.learning.gain import Counts
from nlp.metrics import UNSCORED

LEAST_BY_LANGUAGE: Final = 20  # labels: with fewer a language has no figures of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """Labels and predictions of the same texts, as indices of classes; UNSCORED: no prediction."""

    classes: tuple[str, ...]
    truth: "np.ndarray[Any, np.dtype[np.int64]]"
    predictions: "np.ndarray[Any, np.dtype[np.int64]]"

    def macro_f1(self, counts: Counts) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """Return the mean F1 over the classes among the labels of each draw (`nlp.learning.gain`).

        *counts* has shape (draws, texts).
        """
        columns = np.arange(len(self.classes))
        truth, predictions = (rows[:, None] == columns for rows in (self.truth, self.predictions))
        labels = counts @ truth
        f1 = 2 * (counts @ (truth & predictions)) / np.maximum(labels + counts @ predictions, 1)
        means: np.ndarray[Any, np.dtype[np.float64]] = f1.sum(axis=1) / (labels > 0).sum(axis=1)
        return means

    def figures(self) -> dict[str, Any]:
        """Return n, accuracy, macro-F1 and macro-recall; the figures are null without a text."""
        count = len(self.truth)
        if not count:
            return {"n": 0, "accuracy": None, "macro_f1": None, "macro_recall": None}
        columns = np.arange(len(self.classes))
        truth = self.truth[:, None] == columns
        predictions = self.predictions[:, None] == columns
        return {
            "n": count,
            "accuracy": float(np.mean(self.truth == self.predictions)),
            "macro_f1": float(self.macro_f1(np.ones((1, count)))[0]),
            "macro_recall": metrics.macro(metrics.recall, truth, predictions),
        }

    def confusion(self) -> dict[str, dict[str, int]]:
        """Return the number of texts by label and prediction; "unscored" without a prediction."""
        names = {UNSCORED: "unscored", **dict(enumerate(self.classes))}
        counts = Counter(zip(self.truth.tolist(), self.predictions.tolist(), strict=True))
        return {
            label: {names[p]: counts[index, p] for p in sorted(names) if counts[index, p]}
            for index, label in enumerate(self.classes)
            if index in self.truth
        }


def index_predictions(
    classes: Sequence[str], pairs: Sequence[tuple[str, str | None]]
) -> Predictions:
    """Return *pairs* of label and prediction (None: unscored) as indices of *classes*."""
    position = {name: index for index, name in enumerate(classes)}
    return Predictions(
        classes=tuple(classes),
        truth=np.array([position[label] for label, _ in pairs], np.int64),
        predictions=np.array([position.get(p or "", UNSCORED) for _, p in pairs], np.int64),
    )


def figures_by_language(
    classes: Sequence[str], pairs: Sequence[tuple[str, str | None]], languages: Sequence[str | None]
) -> Mapping[str, Any]:
    """Return the figures of each language with at least ``LEAST_BY_LANGUAGE`` labels."""
    counts = Counter(language or "unknown" for language in languages)
    return {
        code: index_predictions(
            classes,
            [
                p
                for p, language in zip(pairs, languages, strict=True)
                if (language or "unknown") == code
            ],
        ).figures()
        for code in sorted(code for code, n in counts.items() if n >= LEAST_BY_LANGUAGE)
    }


def topic_figures(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> dict[str, Any]:
    """Return n, accuracy (the whole set is right) and the mean F1 of each text's set of topics."""
    count = len(pairs)
    if not count:
        return {"n": 0, "accuracy": None, "macro_f1": None, "macro_recall": None}
    return {
        "n": count,
        "accuracy": sum(set(truth) == set(p) for truth, p in pairs) / count,
        "macro_f1": sum(set_f1(truth, p) for truth, p in pairs) / count,
        "macro_recall": None,
    }


def set_f1(truth: Sequence[str], predictions: Sequence[str]) -> float:
    """Return the F1 of one text's set of topics; 1 if both sets are empty."""
    if not truth and not predictions:
        return 1.0
    return 2 * len(set(truth) & set(predictions)) / (len(set(truth)) + len(set(predictions)))
