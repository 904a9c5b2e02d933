"""Task of predicting one head of a model: any head is a task of that name."""

from collections.abc import Callable, Iterator, Sequence

from core import plugins
from core.errors import ConfigError
from core.mention import Sentiment
from nlp.encoder import adapter
from nlp.encoder.adapter import SENTIMENT, for_language
from nlp.evaluation.task import EvaluationOptions, InputRow, Task, predict_rows
from nlp.metrics import Floats
from nlp.model import MULTI_LABEL_HEADS, Model, Prediction
from nlp.text.orders import without_orders
from nlp.text.ratings import find_rating


class HeadTask(Task):
    """Prediction of *head*.

    Raises:
        ConfigError: the model has no such head.
    """

    output_key = SENTIMENT

    def __init__(self, model: Model, options: EvaluationOptions, head: str = SENTIMENT) -> None:
        super().__init__(model, options)
        heads = {SENTIMENT: tuple(map(str, Sentiment)), **model.heads}
        if head not in heads:
            raise ConfigError(_missing_head_message(head, model.name, list(heads)))
        self.output_key = head
        self.multi_label = head in MULTI_LABEL_HEADS
        self.classes = heads[head]

    def temperature(self, language: str) -> float | None:
        """Return the temperature of the head for *language*, else the one for all languages.

        None: the model does not support *language* or does not provide the temperature.
        """
        if language not in self.model.languages:
            return None
        return for_language(self.model.temperatures.get(self.output_key, {}), language)

    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """Yield one draw: the probabilities of the head for each text.

        The sentiment of a text that is only a rating is that of the rule, as in the product.
        """
        probabilities = predict_rows(rows, self, self._head_probabilities)
        if self.output_key == SENTIMENT:
            for index, row in enumerate(rows):
                if rating := find_rating(without_orders(row.text)[0]):
                    probabilities[index] = rating.probabilities
        yield probabilities

    def _head_probabilities(self, prediction: Prediction) -> Sequence[float] | None:
        return (
            prediction.probabilities
            if self.output_key == SENTIMENT
            else prediction.heads.get(self.output_key)
        )


def models_with(condition: Callable[[type[Model]], bool]) -> str:
    """Return a sentence that lists the installed models that meet *condition*."""
    names = [
        name
        for name in plugins.available("nlp.models")
        if condition(plugins.load("nlp.models", name, Model))
    ]
    return f"Models with it: {', '.join(names)}." if names else "No installed model has it."


def packaged_heads(kind: type[Model]) -> set[str]:
    """Return the heads of a model without loading it: of its class and its packaged adapter."""
    adapter_file = getattr(kind, "adapter_file", None)
    if adapter_file is None or not (adapter.ADAPTERS_FOLDER / adapter_file).exists():
        return set(kind.heads)
    return {*kind.heads, *adapter.load_adapter(adapter.ADAPTERS_FOLDER / adapter_file).heads}


def _missing_head_message(head: str, model: str, heads: list[str]) -> str:
    others = models_with(lambda kind: head in packaged_heads(kind))
    return f"model: {model!r} has no head {head!r}; it has: {', '.join(heads)}. {others}"
