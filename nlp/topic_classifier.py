"""The configured taxonomy: a topic is a direction among embeddings, a mention may lie near several.

Changing a topic makes new directions and nothing else: stored vectors are judged again without a
pass through the model. Neither the id nor the name of a topic is read, they only name it.

A topic's *prototype* is the weighted mean of its embedded sentences and examples. Where topics have
examples, a regression turns the prototypes until the examples are told apart, the further the more
examples there are: macro-F1 on thirds of Banking77's training file that were held out, 77 topics,
goes from 80.0 to 84.1 at 8 examples a topic and from 83.5 to 91.1 at 64.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import chain
from statistics import harmonic_mean
from typing import Any, Final

import numpy as np

from core.errors import ConfigError
from core.watch import Topic
from nlp.model import TOPIC_THRESHOLD
from nlp.prior_regression import class_probabilities, fit_from_prior
from nlp.text.normalize import clean

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Encode = Callable[[Sequence[str]], Vectors]

MARGIN: Final = 0.05  # how far below its best topic another one may lie
# With 4 examples beside the sentences never hurt: 64 a topic took macro-F1 from 46.9 to 49.2 on
# airline complaints, from 80.8 to 83.9 on news. On thirds of Banking77's training file 6 and 8 are
# better than 4 at 8 examples, by 0.1 to 0.2 points, and no worse at 2 and 64.
SENTENCES_WEIGHT: Final = 6.0  # of all sentences together; an example weighs 1
# Topics with many examples would take mentions from those with few, so the examples of each count
# together as many as the topics have in the harmonic mean, to which each adds this. On the same
# thirds nothing is lost then wherever the examples are: with none for half of the 77 topics and 64
# for the others macro-F1 is 74.3 (73.8 without the regression; 55.5 with it and without this), with
# 4 and 64 it is 82.7 (79.6; 76.7), with 1 for a single one and 64 for all others 90.0 (83.3).
_COUNT_OFFSET: Final = 0.1


class TopicClassifier:
    """Topics as directions. The order of *topics* decides only between topics exactly as near.

    *near* is the cosine to its prototype from which a mention can be of a topic; what it must be
    depends on who made the vectors (`nlp.model.Model.near`).

    Raises:
        ConfigError: a topic has neither sentence nor example.
    """

    def __init__(
        self, topics: Sequence[Topic], encode: Encode, threshold: float = TOPIC_THRESHOLD
    ) -> None:
        self._threshold = threshold
        self.ids = tuple(topic.id for topic in topics)
        if not topics:
            return
        topic_vectors = [
            _TopicVectors(topic, vectors) for topic, vectors in _encode_topics(topics, encode)
        ]
        self._prototypes = np.stack([group.prototype for group in topic_vectors])
        self._directions = _fit_directions(topic_vectors, self._prototypes)

    def classify(self, vectors: Vectors) -> list[tuple[str, ...]]:
        """Ids of the topics of each vector, best first; empty where none fits.

        *vectors* has shape (mentions, width), its rows length 1. A topic fits a vector that is
        near enough to its prototype; of those that fit the best is told and what comes close to it.
        """
        if not self.ids:
            return [()] * len(vectors)
        float16_vectors = _round_to_float16(vectors)
        fitting = _cosines(float16_vectors, self._prototypes) >= self._threshold
        scores = _cosines(float16_vectors, self._directions)
        return [self._near_topics(row) for row in np.where(fitting, scores, -np.inf)]

    def classify_supported(
        self,
        vectors: Vectors,
        languages: Sequence[str | None],
        supported_languages: Collection[str],
    ) -> list[tuple[str, ...]]:
        """What is told of mentions that were read: :meth:`topics_of` those of a known language.

        *languages* of the mentions and *known* to the model are ISO 639-1; what was read although
        its language is unknown (None) counts as known. Whoever judges a mention, freshly read or
        from the record, asks here.
        """
        all_topics = self.classify(vectors)
        return [
            topics if code is None or code in supported_languages else ()
            for topics, code in zip(all_topics, languages, strict=True)
        ]

    def probabilities(self, vectors: Vectors) -> Vectors:
        """Probabilities of the topics if each vector had exactly one, in the order of ``ids``."""
        return class_probabilities(_cosines(_round_to_float16(vectors), self._directions))

    def _near_topics(self, scores: Vectors) -> tuple[str, ...]:
        """*scores* of the topics, minus infinity of those that do not fit."""
        threshold = max(float(scores.max()) - MARGIN, np.finfo(np.float32).min)
        best_first = np.argsort(-scores, kind="stable")
        return tuple(self.ids[index] for index in best_first if scores[index] >= threshold)


class _TopicVectors:
    """What one topic teaches: where it lies, and vectors that are of it with their weights."""

    def __init__(self, topic: Topic, vectors: Vectors) -> None:
        sentences, self.examples = np.split(vectors, [len(topic.sentences)])
        self.sentences = [_unit_vector(sentences.mean(axis=0))] if len(sentences) else []
        parts = [SENTENCES_WEIGHT * vector for vector in self.sentences]
        self.prototype = _unit_vector(np.sum([*parts, *self.examples], axis=0))

    @property
    def rows(self) -> Vectors:
        """The sentences as one vector, and the examples."""
        return np.stack([*self.sentences, *self.examples])

    def weights(self, mean_count: float) -> list[float]:
        """Of the rows, where a topic has *usual* examples."""
        example_weight = min(1.0, mean_count / max(1, len(self.examples)))
        return [SENTENCES_WEIGHT] * len(self.sentences) + [example_weight] * len(self.examples)


def _encode_topics(topics: Sequence[Topic], encode: Encode) -> list[tuple[Topic, Vectors]]:
    """Each topic with the vectors of its sentences, then its examples; embedded in one go."""
    for topic in topics:
        if not topic.sentences and not topic.examples:
            raise ConfigError(
                f"topic {topic.id!r} has no sentence; add one or two that describe it"
            )
    texts = [[clean(t) for t in (*topic.sentences, *topic.examples)] for topic in topics]
    ends = np.cumsum([len(topic_texts) for topic_texts in texts])[:-1]
    vectors = np.split(encode(list(chain.from_iterable(texts))), ends)
    return list(zip(topics, vectors, strict=True))


def _fit_directions(topic_vectors: Sequence[_TopicVectors], prototypes: Vectors) -> Vectors:
    """The prototypes, turned by the examples if there are any."""
    counts = [len(group.examples) for group in topic_vectors]
    if not any(counts):
        return prototypes
    mean_count = harmonic_mean([count + _COUNT_OFFSET for count in counts])
    return fit_from_prior(
        prototypes,
        rows=np.concatenate([group.rows for group in topic_vectors]),
        labels=np.repeat(
            np.arange(len(topic_vectors)), [len(group.rows) for group in topic_vectors]
        ),
        weights=np.concatenate(
            [group.weights(mean_count) for group in topic_vectors], dtype=np.float32
        ),
    )


def _round_to_float16(vectors: Vectors) -> Vectors:
    """The precision of the record, so that a mention has the same topics fresh and from there."""
    return vectors.astype(np.float16).astype(np.float32)


def _cosines(vectors: Vectors, directions: Vectors) -> Vectors:
    """Dot products, row by row: a matrix product would round by what else is in the batch."""
    products: Vectors = np.einsum("ij,kj->ik", vectors, directions)
    return products


def _unit_vector(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length or 1.0)
