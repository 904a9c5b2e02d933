"""A model of eight words for cases that are not about the model: it loads no file."""

import os
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from nlp.model import Model, Prediction

WIDTH: Final = 384
DELAY: Final = "PLAIN_SECONDS_A_TEXT"
"""The environment variable for the seconds that each text takes, by default none."""
_MARKS: Final = ".,!?"

Shares = tuple[float, float, float]
Array = np.ndarray[Any, np.dtype[np.float32]]

NEGATIVE: Final[Shares] = (0.9, 0.05, 0.05)
NEUTRAL: Final[Shares] = (0.05, 0.9, 0.05)
POSITIVE: Final[Shares] = (0.05, 0.05, 0.9)


class Plain(Model):
    """A model that knows eight English words; the first of them in a text decides its sentiment."""

    words: ClassVar[Mapping[str, Shares]] = {
        **dict.fromkeys(("broken", "awful", "dangerous", "furious"), NEGATIVE),
        **dict.fromkeys(("good", "lovely", "great", "happy"), POSITIVE),
    }
    name = "plain 00000000 cpu fp32"
    encoder_sha256 = "0" * 64
    languages = frozenset({"en"})

    def __init__(
        self, adapter: Path | None = None, encoder: Path | None = None, engine: str = "torch"
    ) -> None:
        """Take the arguments of the other models; none has any effect."""

    def predict(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Prediction]:
        """Return one reading a text, in order; *languages* have no effect."""
        del languages
        time.sleep(float(os.environ.get(DELAY, "0")) * len(texts))  # noqa: TID251 - set by a case
        return [
            Prediction(probabilities=self._sentiment(text), vector=vector)
            for text, vector in zip(texts, self.encode(texts), strict=True)
        ]

    def encode(self, texts: Sequence[str]) -> Array:
        """Return a vector of hashed words for each text, shape (texts, 384), rows of length 1."""
        counts = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in enumerate(texts):
            for word in _words(text) or [""]:
                counts[row, zlib.crc32(word.encode()) % WIDTH] += 1
        vectors: Array = counts / np.linalg.norm(counts, axis=1, keepdims=True)
        return vectors

    def _sentiment(self, text: str) -> Shares:
        return next((self.words[w] for w in _words(text) if w in self.words), NEUTRAL)


def _words(text: str) -> list[str]:
    return [word.strip(_MARKS) for word in text.lower().split()]
