"""The contract of a model: texts in, one prediction each out; plug-ins in ``nlp.models``."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from nlp.options import ModelOptions

# Selected from 60 rules, for all-MiniLM, on two sets: ten topics over Banking77's test texts beside
# 3,000 tweets and comments without a topic, and eight topics over 38 posts about e-bikes. Macro-F1
# 0.65 (the best rule has 0.68) and 0.87 (the best); 1 % of the unrelated tweets get a topic. With
# 77 topics, with or without examples, 3 to 5 % of them do.
TOPIC_THRESHOLD: Final = 0.30
STANDARD_HEADS: Final = ("emotion", "intent", "irony", "offence", "sentiment")  # of the adapters
MULTI_LABEL_HEADS: Final = frozenset({"intent"})  # each class has an independent probability

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The output of a model for one text."""

    # Negative, neutral, positive; their sum is 1. None: not scored (NaN, language).
    probabilities: tuple[float, float, float] | None
    vector: "np.ndarray"  # the un-adapted embedding, float32, shape (384,), length 1
    # Calibrated probabilities by head, in the order of the model's `heads`; empty: not scored.
    heads: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


class Model(ABC):
    """An encoder with its heads. It uses one thread; for more speed start more processes.

    A model with options is created with ``options``, an instance of its `Options`. It gets the
    settings ``weights``, ``engine`` and ``device`` only if they are set.
    """

    Options: ClassVar[type[ModelOptions]] = (
        ModelOptions  # further keys of ``model`` in the settings
    )
    name: str  # e.g. "minilm-en 1a2b3c4d cpu bf16": stored with every verdict
    encoder_sha256: str  # of the base weights: the key of stored vectors
    # Of the files of a model that its user brings: what the setting ``sha256`` pins.
    files_sha256: str | None = None
    # ISO 639-1 codes of the languages it was trained and measured on; others are not scored.
    languages: frozenset[str]
    # The classes of each head besides sentiment. The classes of a head in MULTI_LABEL_HEADS have
    # independent probabilities; those of any other head sum to 1.
    heads: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    # The divisor of the logits of a head, by language or `nlp.encoder.adapter.ANY_LANGUAGE`. It is
    # unknown for a head that is missing here.
    temperatures: Mapping[str, Mapping[str, float]] = MappingProxyType({})
    # The shares of negative, neutral and positive texts that its probabilities assume, by language
    # or `nlp.encoder.adapter.ANY_LANGUAGE`; equal shares for a language that is missing here.
    sentiment_shares: Mapping[str, tuple[float, ...]] = MappingProxyType({})
    topic_threshold: float = TOPIC_THRESHOLD  # the least cosine of a vector to a topic's prototype
    # True: trained on texts in which one brand is marked (nlp.text.target_marking).
    supports_targets: bool = False

    @abstractmethod
    def predict(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Prediction]:
        """Return one prediction per text, in order; *languages* (ISO 639-1) select the calibration.

        Raises:
            PermanentError: a text cannot be processed; the caller bisects the batch.
        """

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> "np.ndarray":
        """Return un-adapted embeddings, float32, shape (len(texts), 384), rows of length 1."""
