"""``--task towards``: sentiment towards the ``target`` of each row, marked in its text."""

from collections.abc import Iterator, Sequence

from core.errors import ConfigError
from nlp.evaluation.head_task import HeadTask, models_with
from nlp.evaluation.task import EvaluationOptions, InputRow, RowError, predict_rows
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.normalize import clean
from nlp.text.orders import without_orders
from nlp.text.target_marking import mark_brand


class Towards(HeadTask):
    """Sentiment towards a marked brand, for models that were trained on marked texts.

    Raises:
        ConfigError: the model was not trained so: marks are noise to it.
    """

    def __init__(self, model: Model, options: EvaluationOptions) -> None:
        super().__init__(model, options)
        if not model.supports_targets:
            others = models_with(lambda kind: kind.supports_targets)
            raise ConfigError(f"model: {model.name!r} does not score targets. {others}")

    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """Yield one draw: the sentiment of each text with its target marked."""
        for i, row in enumerate(rows):
            if not row.target:
                raise RowError(i, "target", 'should have a "target": the brand to score')
        yield predict_rows(rows, self, self._head_probabilities, _marked_text)


def _marked_text(row: InputRow) -> str:
    # Marked before it is cleaned: cleaning turns the brand in ``@brand`` into ``@user``.
    return clean(mark_brand(without_orders(row.text)[0], [row.target or ""]))
