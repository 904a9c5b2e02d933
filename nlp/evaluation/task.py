"""The contract of a task of ``harken evaluate``: rows in, probabilities out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import numpy as np

from core.errors import ConfigError
from nlp.bisect import predict_each
from nlp.metrics import Floats
from nlp.model import Model, Prediction
from nlp.text.normalize import clean

UNKNOWN: Final = "unknown"  # the language of a row that names none and shows none


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One row of the file. Its label is not here: no answer can depend on it."""

    text: str  # as it stands in the file, not cleaned
    language: str = UNKNOWN  # ISO 639-1: what the row says, else what its text shows
    target: str | None = None  # the brand that sentiment is asked towards


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """What the command line says beside the file."""

    taxonomy: Path | None = None  # --taxonomy
    shots: int | None = None  # --shots: examples a topic; None: not asked for
    zero_shot: bool = False  # --zero-shot: read languages, too, that the model was not trained on


class RowError(ConfigError):
    """A row of the file is not what the task needs."""

    def __init__(self, row: int, key: str, message: str) -> None:
        """*row* counts the rows from 0; *key* is whose value is wrong, or which is missing."""
        super().__init__(message)
        self.row, self.key = row, key


class Task(ABC):
    """A question with a known set of answers, put to every row.

    A subclass sets ``classes`` (perhaps in ``__init__``: of the model's head, of a taxonomy) and
    answers :meth:`draws`. Figures, calibration, ``--classes`` and predictions are not its business.

    Raises:
        ConfigError: in ``__init__``: the model or the options cannot serve the task.
    """

    output_key: ClassVar[
        str
    ]  # key of the answer in a line of --predictions: "sentiment", "emotion", …
    multi_label: ClassVar[bool] = (
        False  # True: classes do not exclude each other; said where >= 0.5
    )
    language_is_label: ClassVar[bool] = (
        False  # True: a row's language is its label (`per_language`)
    )
    classes: tuple[str, ...]  # in the order of the columns of every draw

    def __init__(self, model: Model, options: EvaluationOptions) -> None:
        self.model, self.options = model, options

    @property
    def model_name(self) -> str:
        """Who answers: the ``model`` of the report."""
        return self.model.name

    def class_of(self, label: str) -> str | None:
        """The class that a *label* of the file means; None: there is no such class."""
        return label if label in self.classes else None

    def temperature(self, language: str) -> float | None:  # noqa: ARG002 -- of those that have one
        """What logits of rows in *language* were divided by; None: not known."""
        return None

    @abstractmethod
    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """Probabilities, shape (len(rows), len(classes)); a row of NaN is not scored.

        Mostly one matrix; several where chance has a part (examples drawn with seeds 0 to 4): every
        figure is the mean over the draws. Where not ``several``, a row's probabilities sum to 1.

        Raises:
            RowError: a row lacks what the task needs.
        """


def predict_rows(
    rows: Sequence[InputRow],
    task: Task,
    probabilities_of: Callable[[Prediction], Sequence[float] | None],
    text_of: Callable[[InputRow], str] = lambda row: clean(row.text),
) -> Floats:
    """What the model of *task* reads in *text* of each row, as one draw.

    Not scored: rows in a language that is not the model's (but for a zero-shot figure), without
    text, that it cannot read, and where *of* finds nothing in the reading.
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
    """The index and reading of each text that can be read."""
    supported_languages = set(languages) if task.options.zero_shot else task.model.languages
    indices = [i for i, code in enumerate(languages) if texts[i] and code in supported_languages]
    predictions = predict_each(
        task.model.predict, [texts[i] for i in indices], [languages[i] for i in indices]
    )
    for i, prediction in zip(indices, predictions, strict=True):
        if not isinstance(prediction, Exception):
            yield i, prediction
