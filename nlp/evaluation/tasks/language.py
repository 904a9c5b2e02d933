"""``--task language``: what the product takes a text's language to be; no model is asked."""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp.evaluation.labels import CODES, code_of
from nlp.evaluation.task import Options, Row, Task
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.language import detect


class Language(Task):
    """The label is a code of ISO 639-1 or the language's English name; unknown is not scored.

    The detector says one language or none: its probability is 1, so that ``ece`` is the share of
    answers that are wrong.
    """

    says = "language"
    by_label = True
    judge = "lid.176 lite"

    def __init__(self, model: Model, options: Options) -> None:
        super().__init__(model, options)
        self.classes = CODES

    def class_of(self, label: str) -> str | None:
        """The code of a language that is named by it or in English."""
        return super().class_of(code_of(label))

    def draws(self, rows: Sequence[Row]) -> Iterator[Floats]:
        """One draw, from the text alone: what a row says of its language is not looked at."""
        found = np.full((len(rows), len(self.classes)), np.nan)
        for i, row in enumerate(rows):
            code = detect(row.text)
            if code in self.classes:
                found[i] = 0.0
                found[i, self.classes.index(code)] = 1.0
        yield found
