"""A model with learned heads on top: its name states their version, so its verdicts are apart."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from nlp.learning.learned_head import LearnedHead, Matrix
from nlp.metrics import Floats
from nlp.model import Model, Prediction
from nlp.text.target_marking import MARKS

SENTIMENT: Final = "sentiment"
TOWARDS: Final = "towards"
_NAME: Final = re.compile(r"(.*?) \+learned ([0-9a-f]{8})")
_MARKED: Final = re.compile(f"{MARKS[0]} .+? {MARKS[1]}")


class LearnedModel(Model):
    """*base* with the learned *heads*, whose version has the hash *sha256*.

    A head that *base* lacks is fitted on vectors alone and added to its heads.
    """

    def __init__(self, base: Model, heads: Mapping[str, LearnedHead], sha256: str) -> None:
        self.base = base
        self._learned = heads
        self.name = learned_name(base.name, sha256)
        self.encoder_sha256 = base.encoder_sha256
        self.languages = base.languages
        own_heads = {
            name: h.classes for name, h in heads.items() if name not in (SENTIMENT, TOWARDS)
        }
        self.heads = {**base.heads, **own_heads}
        self.temperatures = {n: t for n, t in base.temperatures.items() if n not in heads}
        self.topic_threshold = base.topic_threshold
        self.supports_targets = base.supports_targets
        self.sentiment_shares = base.sentiment_shares

    def predict(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Prediction]:
        """Return the predictions of the base, corrected by the learned heads."""
        predictions = self.base.predict(texts, languages)
        return [self._correct(text, p) for text, p in zip(texts, predictions, strict=True)]

    def encode(self, texts: Sequence[str]) -> "np.ndarray":
        """Return the embeddings of the base."""
        return self.base.encode(texts)

    def _correct(self, text: str, prediction: Prediction) -> Prediction:
        if prediction.probabilities is None or not np.isfinite(prediction.vector).all():
            return prediction
        vector = stored_precision(prediction.vector)
        corrected_heads = dict(prediction.heads)
        for name, head in self._learned.items():
            if name not in (SENTIMENT, TOWARDS):
                uniform = (1 / len(head.classes),) * len(head.classes)
                base_row = prediction.heads.get(name, uniform)
                corrected_heads[name] = _apply(head, base_row, vector)
        sentiment_head = self._learned.get(TOWARDS if _MARKED.search(text) else SENTIMENT)
        if sentiment_head is None:
            return replace(prediction, heads=corrected_heads)
        negative, neutral, positive = _apply(sentiment_head, prediction.probabilities, vector)
        return replace(
            prediction, probabilities=(negative, neutral, positive), heads=corrected_heads
        )


def learned_name(model: str, sha256: str) -> str:
    """Return the name of *model* with learned heads: "e5-multi 33de4164 cpu fp32 +learned …"."""
    return f"{model} +learned {sha256[:8]}"


def split_name(model: str) -> tuple[str, str | None]:
    """Return the name of the model below *model*, and the first digits of its learned version."""
    match = _NAME.match(model)
    return (match[1], match[2]) if match else (model, None)


def trained_name(model: str) -> str:
    """Return name and adapter of *model*, without device, precision and learned version.

    Learned heads are valid for all of these.
    """
    return " ".join(split_name(model)[0].split()[:2])


def stored_precision(vector: Floats) -> Matrix:
    """Return *vector* as the database stores it: heads are fitted on stored vectors."""
    rounded: Matrix = vector.astype(np.float16).astype(np.float64)
    return rounded


def _apply(head: LearnedHead, row: Sequence[float], vector: Matrix) -> tuple[float, ...]:
    probabilities = head.apply(np.array([row], np.float64), vector[None, :])[0]
    return tuple(probabilities.tolist())
