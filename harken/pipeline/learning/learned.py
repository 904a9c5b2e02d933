"""What the workers use of the labels: the model with its learned heads, topics with examples.

Both are read from the database before each batch, so workers on all machines follow a new version,
and an undone one, from their next batch on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from core.watch import Topic
from store.database import Database
from store.labels import learned
from store.labels.label import LabelHead
from store.watches import active_topics

if TYPE_CHECKING:
    from nlp.learning.learned_head import LearnedHead
    from nlp.model import Model
    from nlp.topic_classifier import Encode, Vectors


class LearnedModels:
    """The model of a worker, with the learned heads that are in force."""

    def __init__(self, database: Database, base: "Model") -> None:
        self._database = database
        self._base = self._model = base
        self._sha256: str | None = None  # of the version in `_model`

    def current(self) -> "Model":
        """Return the model with the version in force, or the packaged model without one."""
        from nlp.learning.learned_model import LearnedModel, trained_name

        key = trained_name(self._base.name), self._base.encoder_sha256
        with self._database.read() as tx:
            sha256 = learned.sha256_in_force(tx, *key)
            if sha256 != self._sha256:
                version = learned.version_in_force(tx, *key)
                heads = learned_heads(version.heads) if version else {}
                self._model = LearnedModel(self._base, heads, sha256) if sha256 else self._base
                self._sha256 = sha256
        return self._model


def learned_heads(heads: Mapping[str, Any]) -> "dict[str, LearnedHead]":
    """Return the heads of a stored version; topics have no numbers of their own."""
    from nlp.learning.learned_head import LearnedHead

    return {
        name: LearnedHead.from_json(numbers)
        for name, numbers in heads.items()
        if name != LabelHead.TOPIC
    }


def learned_topics(tx: Connection, model: "Model") -> "tuple[list[Topic], dict[str, Vectors]]":
    """Return the active topics with the examples in force, and the vectors of these by text."""
    from nlp.learning.learned_model import trained_name

    topics = active_topics(tx)
    sha256 = learned.sha256_in_force(tx, trained_name(model.name), model.encoder_sha256)
    if sha256 is None:
        return topics, {}
    return with_examples(
        topics, learned.example_texts(tx, sha256, LabelHead.TOPIC, model.encoder_sha256)
    )


def with_examples(
    topics: Sequence[Topic], rows: Sequence[tuple[str, tuple[str, ...], bytes]]
) -> "tuple[list[Topic], dict[str, Vectors]]":
    """Return *topics* with the texts of *rows* (text, topics, vector), and vectors by text."""
    import numpy as np

    from nlp.text.normalize import clean

    vectors = {clean(text): np.frombuffer(v, "<f2").astype(np.float32) for text, _, v in rows}
    return [
        replace(
            topic,
            examples=(*topic.examples, *(text for text, ids, _ in rows if topic.id in ids)),
        )
        for topic in topics
    ], vectors


def encode_with(vectors: "Mapping[str, Vectors]", encode: "Encode") -> "Encode":
    """Return *encode* that looks the texts of *vectors* up and runs the model on the others."""
    import numpy as np

    def encode_texts(texts: Sequence[str]) -> "Vectors":
        """Return one vector a text."""
        others = [text for text in texts if text not in vectors]
        encoded = iter(encode(others)) if others else iter(())
        return np.stack([vectors[t] if t in vectors else next(encoded) for t in texts])

    return encode_texts if vectors else encode
