"""``--task language``: the language that the product detects; it does not use the model."""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp.evaluation.labels import LANGUAGE_CODES, language_code
from nlp.evaluation.task import EvaluationOptions, InputRow, Task
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.language import detect


class Language(Task):
    """Detection of the language; labels are codes of ISO 639-1 or English names of languages.

    A text of unknown language is not scored. The detector returns one language or none. Its
    probability is always 1: ``ece`` is the share of wrong predictions.
    """

    output_key = "language"
    language_is_label = True
    model_name = "lid.176 lite"

    def __init__(self, model: Model, options: EvaluationOptions) -> None:
        super().__init__(model, options)
        self.classes = LANGUAGE_CODES

    def class_of(self, label: str) -> str | None:
        """Return the code of the language with this code or English name."""
        return super().class_of(language_code(label))

    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """Yield one draw, from the text alone: the ``language`` of a row is not used."""
        probabilities = np.full((len(rows), len(self.classes)), np.nan)
        for i, row in enumerate(rows):
            code = detect(row.text)
            if code in self.classes:
                probabilities[i] = 0.0
                probabilities[i, self.classes.index(code)] = 1.0
        self.options.on_rows(len(rows))
        yield probabilities
