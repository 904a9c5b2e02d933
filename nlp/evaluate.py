"""How good a model is on labelled texts: the figures of ``harken evaluate``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.errors import ConfigError
from core.mention import Sentiment
from core.plugins import did_you_mean
from nlp import metrics
from nlp.analyse import each
from nlp.clean import clean
from nlp.language import detect
from nlp.metrics import Classes, Floats
from nlp.model import Model

CLASSES: Final = [str(name) for name in Sentiment]
TASKS: Final = ["sentiment"]
UNKNOWN: Final = "unknown"
# The shared files write languages out; everybody else uses ISO 639-1.
_CODES: Final = {
    "arabic": "ar",
    "english": "en",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``figures`` has the keys of the contract; ``per_second`` is the caller's to measure."""

    figures: dict[str, Any]
    predictions: list[dict[str, Any]]  # a row each, in order: language, sentiment, probabilities


@dataclass(frozen=True, slots=True)
class _Answers:
    """Labelled texts and what the model said of them; row i of every field is text i."""

    truth: Classes
    shares: Floats  # calibrated probabilities, 0 for classes not asked for; all NaN: unscored
    languages: tuple[str, ...]

    @property
    def scored(self) -> Any:
        """Mask of the texts that were scored."""
        return ~np.isnan(self.shares[:, 0])

    @property
    def said(self) -> Classes:
        """The likeliest class, or NOTHING."""
        best = np.nan_to_num(self.shares).argmax(axis=1)
        said: Classes = np.where(self.scored, best, metrics.NOTHING)
        return said

    def of(self, language: str) -> "_Answers":
        """The rows in one language."""
        chosen = [i for i, code in enumerate(self.languages) if code == language]
        return _Answers(self.truth[chosen], self.shares[chosen], (language,) * len(chosen))

    def error(self, temperature: float = 1.0) -> float:
        """Calibration error with logits multiplied by *temperature*; unscored: confidence 0."""
        shares = np.nan_to_num(self.shares) ** temperature
        confidence = shares.max(axis=1) / np.maximum(shares.sum(axis=1), 1e-12)
        return metrics.calibration_error(self.truth == self.said, confidence)


def evaluate(
    rows: Iterable[Mapping[str, Any]],
    model: Model,
    task: str = "sentiment",
    classes: Sequence[str] | None = None,
) -> Report:
    """Score *rows* (``text``, ``label``, perhaps ``language``) with *model*.

    A row that is not scored counts as wrong in every figure. *classes* restricts what may be said;
    the probabilities are renormalised.

    Raises:
        ConfigError: an unknown task, class or label, or no row at all.
    """
    _index("--task", task, TASKS)
    listed = list(rows)
    if not listed:
        raise ConfigError("nothing to evaluate: the file holds no row with a text and a label")
    asked = sorted({_index("--classes", name, CLASSES) for name in classes or CLASSES})
    truth = np.array([_index("label", str(row.get("label")), CLASSES) for row in listed])
    languages = [_language(row) for row in listed]
    answers = _Answers(truth, _shares(listed, languages, model, asked), tuple(languages))
    temperature = float(getattr(model, "temperature", 1.0))
    figures = {
        "task": task,
        "model": model.name,
        **_figures(answers),
        "per_class": {CLASSES[label]: _of_class(answers, label) for label in np.unique(truth)},
        "per_language": {code: _figures(answers.of(code)) for code in sorted(set(languages))},
        "ece_uncalibrated": answers.error(temperature),
        "temperature": temperature,
        "per_second": None,
    }
    return Report(figures=figures, predictions=_predictions(answers, asked))


def _index(where: str, name: str, known: list[str]) -> int:
    if name not in known:
        hint = did_you_mean(name, known)
        raise ConfigError(f"{where}: unknown {name!r}.{hint} Known: {', '.join(known)}.")
    return known.index(name)


def _language(row: Mapping[str, Any]) -> str:
    """What the row says, taken as it is, else what its text shows."""
    given = row.get("language")
    if given:
        return _CODES.get(str(given).lower(), str(given).lower())
    return detect(str(row["text"])) or UNKNOWN


def _shares(
    rows: Sequence[Mapping[str, Any]], languages: Sequence[str], model: Model, asked: list[int]
) -> Floats:
    shares = np.full((len(rows), len(CLASSES)), np.nan)
    texts = [clean(str(row["text"])) for row in rows]
    known = [i for i, code in enumerate(languages) if texts[i] and code in model.languages]
    for index, reading in zip(known, each(model.read, [texts[i] for i in known]), strict=True):
        if not isinstance(reading, Exception) and reading.probabilities is not None:
            shares[index] = 0.0
            shares[index, asked] = np.asarray(reading.probabilities)[asked]
            shares[index] /= shares[index].sum()
    return shares


def _figures(answers: _Answers) -> dict[str, Any]:
    truth, said = answers.truth, answers.said
    return {
        "n": len(truth),
        "accuracy": metrics.accuracy(truth, said),
        "macro_recall": metrics.macro_recall(truth, said),
        "macro_f1": metrics.macro_f1(truth, said),
        "ece": answers.error(),
        "unscored": int(np.sum(~answers.scored)),
    }


def _of_class(answers: _Answers, label: int) -> dict[str, Any]:
    truth, said = answers.truth, answers.said
    return {
        "n": int(np.sum(truth == label)),
        "precision": metrics.precision(truth, said, label),
        "recall": metrics.recall(truth, said, label),
        "f1": metrics.f1(truth, said, label),
    }


def _predictions(answers: _Answers, asked: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "language": None if language == UNKNOWN else language,
            "sentiment": None if label == metrics.NOTHING else CLASSES[label],
            "probabilities": {}
            if label == metrics.NOTHING
            else {CLASSES[c]: float(share[c]) for c in asked},
        }
        for language, label, share in zip(
            answers.languages, answers.said, answers.shares, strict=True
        )
    ]
