"""A task that is one head of a model: what it reads is what it says."""

from collections.abc import Callable, Iterator, Sequence

from core import plugins
from core.errors import ConfigError
from core.mention import Sentiment
from nlp.encoder import adapter
from nlp.encoder.adapter import SENTIMENT, of_language
from nlp.evaluation.task import Options, Row, Task, shares
from nlp.metrics import Floats
from nlp.model import Model, Reading


class HeadTask(Task):
    """Asks the head that is named as ``says``.

    Raises:
        ConfigError: the model has no such head.
    """

    def __init__(self, model: Model, options: Options) -> None:
        super().__init__(model, options)
        heads = {SENTIMENT: tuple(map(str, Sentiment)), **model.heads}
        if self.says not in heads:
            raise ConfigError(_lacking(self.says, model.name, list(heads)))
        self.classes = heads[self.says]

    def temperature(self, language: str) -> float | None:
        """That of the head in *language*, else of all languages; None where nobody knows it."""
        if language not in self.model.languages:
            return None
        return of_language(self.model.temperatures.get(self.says, {}), language)

    def draws(self, rows: Sequence[Row]) -> Iterator[Floats]:
        """One draw: what the head says of each text."""
        yield shares(rows, self, self._told)

    def _told(self, reading: Reading) -> Sequence[float] | None:
        return reading.probabilities if self.says == SENTIMENT else reading.heads.get(self.says)


def having(fits: Callable[[type[Model]], bool]) -> str:
    """The models that *fits* holds of, as the end of a sentence."""
    names = [
        name
        for name in plugins.available("nlp.models")
        if fits(plugins.load("nlp.models", name, Model))
    ]
    return f"Models with it: {', '.join(names)}." if names else "No installed model has it."


def _lacking(head: str, model: str, heads: list[str]) -> str:
    others = having(lambda kind: head in _heads(kind))
    return f"model: {model!r} has no head {head!r}; it has: {', '.join(heads)}. {others}"


def _heads(kind: type[Model]) -> set[str]:
    """The heads of a model that is not loaded: those of its class and of its packaged adapter."""
    packaged = getattr(kind, "packaged", None)
    if packaged is None or not (adapter.WEIGHTS / packaged).exists():
        return set(kind.heads)
    return {*kind.heads, *adapter.read(adapter.WEIGHTS / packaged).heads}
