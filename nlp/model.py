"""The contract of a model: texts in, one reading each out; plug-ins in ``nlp.models``."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

# Chosen of 60 rules, for all-MiniLM, on two sets: ten topics over Banking77's test texts beside
# 3,000 tweets and comments of no topic, and eight topics over 38 posts about e-bikes. Macro-F1 0.65
# (the best has 0.68) and 0.87 (the best); 1 % of the strange tweets get a topic. Of 77 topics, with
# examples or without, 3 to 5 % of them do.
TOPIC_THRESHOLD: Final = 0.30

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a model read in one text."""

    probabilities: (
        tuple[float, float, float] | None
    )  # negative, neutral, positive; sum 1; None: unscored (NaN, language)
    vector: "np.ndarray"  # the un-adapted embedding, float32, shape (384,), length 1
    heads: Mapping[str, tuple[float, ...]] = field(
        default_factory=dict
    )  # calibrated probabilities by head, in the order of the model's `heads`; none: unscored


class Model(ABC):
    """An encoder with its heads. One thread; the caller starts more processes for more speed."""

    name: str  # e.g. "minilm-en 1a2b3c4d cpu bf16": what every verdict carries
    encoder_sha256: str  # of the base weights: the key of stored vectors
    languages: frozenset[
        str
    ]  # ISO 639-1 codes it was trained and measured on; all others are unscored
    # What it reads besides sentiment: the classes of each head. Those of `intent` do not exclude
    # each other, each has a probability of its own; of all others the probabilities sum to 1.
    heads: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    # What the logits of a head were divided by, by language or `nlp.encoder.adapter.ANY`; of
    # a head that is not named nobody knows it.
    temperatures: Mapping[str, Mapping[str, float]] = MappingProxyType({})
    topic_threshold: float = TOPIC_THRESHOLD  # the cosine from which a vector can be of a topic
    supports_targets: bool = (
        False  # was trained on texts in which one brand is marked (nlp.text.target_marking)
    )

    @abstractmethod
    def predict(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Prediction]:
        """One reading a text, in order; *languages* (ISO 639-1) choose the calibration.

        Raises:
            PermanentError: a text cannot be read at all; the caller bisects the batch.
        """

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> "np.ndarray":
        """Un-adapted embeddings, float32, shape (len(texts), 384), rows of length 1."""
