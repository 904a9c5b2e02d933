"""The contract of a task of ``harken evaluate``: rows in, probabilities out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.errors import ConfigError
from nlp.bisect import predict_each
from nlp.metrics import Floats
from nlp.model import Model, Prediction
from nlp.text.normalize import clean

UNKNOWN: Final = "unknown"  # the language of a row that has none and whose text shows none


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One row of the file without its label, so that no prediction can depend on it."""

    text: str  # as in the file, not cleaned
    language: str = UNKNOWN  # ISO 639-1: of the row, else detected
    target: str | None = None  # the brand that the sentiment refers to


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """Options of the command line."""

    taxonomy: Path | None = None  # --taxonomy
    shots: int | None = None  # --shots: examples per topic; None: not set
    zero_shot: bool = False  # --zero-shot: also score languages the model was not trained on


class RowError(ConfigError):
    """A row of the file that the task cannot use."""

    def __init__(self, row: int, key: str, message: str) -> None:
        """Create the error; *row* counts from 0, the value of *key* is wrong or missing."""
        super().__init__(message)
        self.row, self.key = row, key


class Task(ABC):
    """A classification of every row into a fixed set of classes.

    A subclass sets ``classes`` (perhaps in ``__init__``: of the model's head, of a taxonomy) and
    implements :meth:`samples`. Metrics, calibration, ``--classes`` and predictions come with it.

    Raises:
        ConfigError: in ``__init__``: the model or the options do not support the task.
    """

    output_key: str  # key of the prediction in a line of --predictions: "sentiment", "emotion", …
    multi_label: bool = False  # True: independent classes, each predicted from 0.5 on
    language_is_label: bool = False  # True: a row's language is its label (`per_language`)
    classes: tuple[str, ...]  # in the order of the columns of every draw

    def __init__(self, model: Model, options: EvaluationOptions) -> None:
        self.model, self.options = model, options

    @property
    def model_name(self) -> str:
        """The ``model`` of the report."""
        return self.model.name

    def class_of(self, label: str) -> str | None:
        """Return the class for a *label* of the file; None: there is no such class."""
        return label if label in self.classes else None

    def temperature(self, language: str) -> float | None:  # noqa: ARG002 -- of those that have one
        """Return the divisor of the logits of rows in *language*; None: unknown."""
        return None

    @abstractmethod
    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """Yield the probabilities of each draw, shape (len(rows), len(classes)).

        There is one draw, or several if it is random (examples drawn with seeds 0 to 4); each
        metric is their mean. A row of NaN is not scored. Without ``multi_label`` a row sums to 1.

        Raises:
            RowError: a row lacks a value that the task needs.
        """


def predict_rows(
    rows: Sequence[InputRow],
    task: Task,
    probabilities_of: Callable[[Prediction], Sequence[float] | None],
    text_of: Callable[[InputRow], str] = lambda row: clean(row.text),
) -> Floats:
    """Return the probabilities of each row as one draw, shape (len(rows), len(task.classes)).

    *text_of* gives the text of a row, *probabilities_of* the probabilities of a prediction. A row
    is NaN if its language is not one of the model's (except with ``zero_shot``), its text is empty,
    the model fails on it, or *probabilities_of* returns None.
    """
    probabilities = np.full((len(rows), len(task.classes)), np.nan)
    texts = [text_of(row) for row in rows]
    for i, prediction in _predictions(task, texts, [row.language for row in rows]):
        row_probabilities = probabilities_of(prediction)
        if row_probabilities is not None:
            probabilities[i] = row_probabilities
    return probabilities


def _predictions(
    task: Task, texts: Sequence[str], languages: Sequence[str]
) -> Iterator[tuple[int, Prediction]]:
    """Yield the index and prediction of each text that the model supports."""
    supported_languages = set(languages) if task.options.zero_shot else task.model.languages
    indices = [i for i, code in enumerate(languages) if texts[i] and code in supported_languages]
    predictions = predict_each(
        task.model.predict, [texts[i] for i in indices], [languages[i] for i in indices]
    )
    for i, prediction in zip(indices, predictions, strict=True):
        if not isinstance(prediction, Exception):
            yield i, prediction
