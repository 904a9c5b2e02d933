"""``--task towards``: sentiment towards the ``target`` of each row, which is marked in its text."""

from collections.abc import Iterator, Sequence

from core.errors import ConfigError
from nlp.evaluation.head_task import HeadTask, having
from nlp.evaluation.task import Options, Row, RowError, shares
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.normalize import clean
from nlp.text.target_marking import mark


class Towards(HeadTask):
    """Only for models that were trained on marked texts: others would read marks as noise.

    Raises:
        ConfigError: the model was not.
    """

    says = "sentiment"

    def __init__(self, model: Model, options: Options) -> None:
        super().__init__(model, options)
        if not model.reads_targets:
            others = having(lambda kind: kind.reads_targets)
            raise ConfigError(f"model: {model.name!r} does not score targets. {others}")

    def draws(self, rows: Sequence[Row]) -> Iterator[Floats]:
        """One draw: what is said of each text with its target marked."""
        for i, row in enumerate(rows):
            if not row.target:
                raise RowError(i, "target", 'should have a "target": the brand to score')
        yield shares(rows, self, self._told, _marked)


def _marked(row: Row) -> str:
    """Marked before it is cleaned: of the brand in ``@brand`` nothing is left after."""
    return clean(mark(row.text, [row.target or ""]))
