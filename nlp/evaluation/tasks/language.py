"""``--task language``: what the product takes a text's language to be; no model is asked."""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp.evaluation.labels import LANGUAGE_CODES, language_code
from nlp.evaluation.task import EvaluationOptions, InputRow, Task
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.language import detect


class Language(Task):
    """The label is a code of ISO 639-1 or the language's English name; unknown is not scored.

    The detector says one language or none: its probability is 1, so that ``ece`` is the share of
    answers that are wrong.
    """

    output_key = "language"
    language_is_label = True
    model_name = "lid.176 lite"

    def __init__(self, model: Model, options: EvaluationOptions) -> None:
        super().__init__(model, options)
        self.classes = LANGUAGE_CODES

    def class_of(self, label: str) -> str | None:
        """The code of a language that is named by it or in English."""
        return super().class_of(language_code(label))

    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """One draw, from the text alone: what a row says of its language is not looked at."""
        probabilities = np.full((len(rows), len(self.classes)), np.nan)
        for i, row in enumerate(rows):
            code = detect(row.text)
            if code in self.classes:
                probabilities[i] = 0.0
                probabilities[i, self.classes.index(code)] = 1.0
        yield probabilities
