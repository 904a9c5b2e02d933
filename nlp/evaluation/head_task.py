"""A task that is one head of a model: what it reads is what it says."""

from collections.abc import Callable, Iterator, Sequence

from core import plugins
from core.errors import ConfigError
from core.mention import Sentiment
from nlp.encoder import adapter
from nlp.encoder.adapter import SENTIMENT, for_language
from nlp.evaluation.task import EvaluationOptions, InputRow, Task, predict_rows
from nlp.metrics import Floats
from nlp.model import Model, Prediction


class HeadTask(Task):
    """Asks the head that is named as ``says``.

    Raises:
        ConfigError: the model has no such head.
    """

    def __init__(self, model: Model, options: EvaluationOptions) -> None:
        super().__init__(model, options)
        heads = {SENTIMENT: tuple(map(str, Sentiment)), **model.heads}
        if self.output_key not in heads:
            raise ConfigError(_missing_head_message(self.output_key, model.name, list(heads)))
        self.classes = heads[self.output_key]

    def temperature(self, language: str) -> float | None:
        """That of the head in *language*, else of all languages; None where nobody knows it."""
        if language not in self.model.languages:
            return None
        return for_language(self.model.temperatures.get(self.output_key, {}), language)

    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """One draw: what the head says of each text."""
        yield predict_rows(rows, self, self._head_probabilities)

    def _head_probabilities(self, prediction: Prediction) -> Sequence[float] | None:
        return (
            prediction.probabilities
            if self.output_key == SENTIMENT
            else prediction.heads.get(self.output_key)
        )


def models_with(condition: Callable[[type[Model]], bool]) -> str:
    """The models that *fits* holds of, as the end of a sentence."""
    names = [
        name
        for name in plugins.available("nlp.models")
        if condition(plugins.load("nlp.models", name, Model))
    ]
    return f"Models with it: {', '.join(names)}." if names else "No installed model has it."


def _missing_head_message(head: str, model: str, heads: list[str]) -> str:
    others = models_with(lambda kind: head in _heads(kind))
    return f"model: {model!r} has no head {head!r}; it has: {', '.join(heads)}. {others}"


def _heads(kind: type[Model]) -> set[str]:
    """The heads of a model that is not loaded: those of its class and of its packaged adapter."""
    adapter_file = getattr(kind, "adapter_file", None)
    if adapter_file is None or not (adapter.ADAPTERS_FOLDER / adapter_file).exists():
        return set(kind.heads)
    return {*kind.heads, *adapter.load_adapter(adapter.ADAPTERS_FOLDER / adapter_file).heads}
