"""The contract of a task of ``harken evaluate``: rows in, probabilities out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.errors import ConfigError
from nlp.bisect import Output, predict_each
from nlp.metrics import Floats
from nlp.model import Model, Prediction
from nlp.text.model_input import text_for_model

# Texts that the model gets at once, as many as a worker leases: the progress moves by so many.
CHUNK_SIZE: Final = 256
UNKNOWN: Final = "unknown"  # the language of a row that has none and whose text shows none


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One row of the file without its label, so that no prediction can depend on it."""

    text: str  # as in the file, not cleaned
    language: str = UNKNOWN  # ISO 639-1: of the row, else detected
    target: str | None = None  # the brand that the sentiment refers to


def ignore_count(count: int) -> None:
    """Ignore the *count* of rows that were processed: for a caller without a progress bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """Options of the command line, and the receiver of the progress."""

    taxonomy: Path | None = None  # --taxonomy
    shots: int | None = None  # --shots: examples per topic; None: not set
    zero_shot: bool = False  # --zero-shot: also score languages the model was not trained on
    by: str | None = None  # --by: the key of the rows by whose values the figures are broken down
    on_rows: Callable[[int], None] = ignore_count  # gets the number of rows processed since


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
    # True: a row may have several labels, the main one first, or none. The figures are of the rows
    # with a label and of their main one; the others are input of `extra_figures`.
    accepts_several: bool = False
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

    def extra_figures(self, labels: Sequence[Sequence[str]]) -> dict[str, Any]:  # noqa: ARG002 -- of those that have some
        """Return further figures of the draws of `samples`, by name.

        *labels* are the classes of each row, the main one first.
        """
        return {}

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
    text_of: Callable[[InputRow], str] = lambda row: text_for_model(row.text, row.language),
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
    task.options.on_rows(len(texts) - len(indices))
    predictions = predict_in_chunks(
        task, task.model.predict, [texts[i] for i in indices], [languages[i] for i in indices]
    )
    for i, prediction in zip(indices, predictions, strict=True):
        if not isinstance(prediction, Exception):
            yield i, prediction


def predict_in_chunks(
    task: Task,
    predict: Callable[..., Sequence[Output]],
    texts: Sequence[str],
    *parallel: Sequence[Any],
) -> Iterator[Output | Exception]:
    """Yield the outputs of `predict_each`, computed ``CHUNK_SIZE`` texts at a time.

    The options of *task* get the number of texts after each chunk.
    """
    for start in range(0, len(texts), CHUNK_SIZE):
        chunk = slice(start, start + CHUNK_SIZE)
        yield from predict_each(predict, texts[chunk], *(values[chunk] for values in parallel))
        task.options.on_rows(len(texts[chunk]))
