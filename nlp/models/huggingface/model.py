"""The model of the settings ``model: {name: huggingface, …}``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from core import plugins
from core.errors import ConfigError
from core.mention import Sentiment
from nlp.model import Model, Prediction
from nlp.models.huggingface.files import reject_unloadable, verify_hash
from nlp.models.huggingface.labels import label_classes
from nlp.models.huggingface.options import HuggingFaceOptions

if TYPE_CHECKING:
    from nlp.models.huggingface.classifier import Classifier

_SENTIMENT: Final = "sentiment"
_ANY_LANGUAGE: Final = "*"
_HASH_DIGITS: Final = 8  # of the revision or the hash, in the name

Array = np.ndarray[Any, np.dtype[np.float32]]


class HuggingFace(Model):
    """A classifier of the user's for sentiment; an installed model computes the vectors.

    It states no figures: `harken evaluate` measures it. torch and transformers are imported when
    it is created.

    Raises:
        ConfigError: the files are not those of a classifier that can be loaded here.
        TransientError: the hub does not answer.
    """

    Options: ClassVar[type[HuggingFaceOptions]] = HuggingFaceOptions

    def __init__(
        self, options: HuggingFaceOptions, *, engine: str = "torch", device: str = "auto"
    ) -> None:
        if engine != "torch":
            raise ConfigError(f"engine: {engine!r} runs packaged models only; use torch.")
        folder = options.locate()
        self.files_sha256 = verify_hash(folder, options.sha256)  # before any library opens a file
        reject_unloadable(folder)
        self._classifier = _load_classifier(folder, device)
        self._columns = _class_columns(self._classifier.labels, options)
        self._exponent = 1 / options.temperature
        self.languages = frozenset(options.languages)
        self.temperatures = {_SENTIMENT: {_ANY_LANGUAGE: options.temperature}}
        self._embedder = plugins.load("nlp.models", options.embedder, Model)()
        self.encoder_sha256 = self._embedder.encoder_sha256
        self.topic_threshold = self._embedder.topic_threshold
        version = (options.revision or self.files_sha256)[:_HASH_DIGITS]
        short_name = options.path if options.revision else folder.resolve().name
        self.name = f"huggingface {short_name}@{version} {self._classifier.device_spec}"

    def predict(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None] | None = None,  # noqa: ARG002 - one calibration for all
    ) -> list[Prediction]:
        """Return one prediction a text, in order: the mean over its windows, weighted by length."""
        return [
            Prediction(probabilities=_triple(row), vector=vector)
            for row, vector in zip(self.probabilities(texts), self.encode(texts), strict=True)
        ]

    def probabilities(self, texts: Sequence[str]) -> Array:
        """Return calibrated probabilities (texts, 3) in the order of `Sentiment`; NaN: unknown.

        A temperature divides the logarithms of the sums over the labels of a class. With one label
        a class these are its logits.
        """
        return self._classifier.probabilities(texts, self._calibrate)

    def encode(self, texts: Sequence[str]) -> Array:
        """Return the vectors of the embedder: float32, rows of length 1."""
        vectors: Array = self._embedder.encode(texts)
        return vectors

    def _calibrate(self, label_probabilities: Array) -> Array:
        powers = (label_probabilities @ self._columns) ** self._exponent
        rows: Array = powers / powers.sum(axis=1, keepdims=True)
        return rows


def _load_classifier(folder: Path, device: str) -> "Classifier":
    from nlp.models.huggingface.classifier import Classifier

    return Classifier(folder, device)


def _class_columns(labels: Sequence[str], options: HuggingFaceOptions) -> Array:
    """Return a matrix (labels, 3) with 1 where a label means the sentiment of the column."""
    sentiments = label_classes(labels, options.labels)
    columns: Array = np.array(
        [[sentiment == column for column in Sentiment] for sentiment in sentiments], np.float32
    )
    return columns


def _triple(row: Array) -> tuple[float, float, float] | None:
    if not np.isfinite(row).all():
        return None
    negative, neutral, positive = row.tolist()
    return negative, neutral, positive
