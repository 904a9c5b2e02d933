"""Topics of the configured taxonomy as directions among embeddings; a text may be near several.

A changed topic only changes directions: stored vectors are classified again without the model. The
id and the name of a topic have no influence on the classification.

Without examples a text is as near to a topic as to the nearest of its sentences: sentences about a
late parcel and about a fast one have a mean that is near to neither. With examples a topic has a
prototype, the weighted mean of its embedded sentences and examples, and a regression turns the
prototypes to separate them; more examples turn them further.
Macro-F1 on held-out thirds of Banking77's training file, 77 topics, rises from 80.0 to 84.1 at 8
examples per topic and from 83.5 to 91.1 at 64.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import chain
from statistics import harmonic_mean
from typing import Any, Final

import numpy as np

from core.errors import ConfigError
from core.watch import Topic
from nlp.model import TOPIC_THRESHOLD
from nlp.prior_regression import LOGITS_PER_COSINE, class_probabilities, fit_from_prior
from nlp.text.normalize import clean

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Encode = Callable[[Sequence[str]], Vectors]

MARGIN: Final = 0.05  # the largest distance (cosine) of a further topic to the best one
# The same where no topic has examples. On half of 121 posts in seven languages with the 15 topics
# of journey.yaml (tests/data/topics.jsonl) 30 % of the shown topics are wrong at 0.05, 16 % at
# 0.02; the posts without a topic stay the same.
SENTENCES_MARGIN: Final = 0.02
# The scale of the probabilities where no topic has examples, between the optimum of that half (28)
# and that of 700 rows of Banking77's training file (24); confidence then matches accuracy.
SENTENCES_LOGITS_PER_COSINE: Final = 26.0
# With a weight of 4, examples in addition to the sentences never hurt: 64 per topic raised macro-F1
# from 46.9 to 49.2 on airline complaints, from 80.8 to 83.9 on news. On thirds of Banking77's
# training file 6 and 8 are better than 4 at 8 examples, by 0.1 to 0.2 points, and no worse at 2 and
# 64.
SENTENCES_WEIGHT: Final = 6.0  # of all sentences together; an example weighs 1
# Topics with many examples would take mentions from those with few. The examples of each topic are
# weighted down to the harmonic mean of all counts, each increased by this offset. On the same
# thirds no distribution of examples loses then: with none for half of the 77 topics and 64 for the
# others macro-F1 is 74.3 (73.8 without the regression; 55.5 with it and without this), with 4 and
# 64 it is 82.7 (79.6; 76.7), with 1 for a single topic and 64 for all others 90.0 (83.3).
_COUNT_OFFSET: Final = 0.1


class TopicClassifier:
    """A classifier of vectors by topic.

    Args:
        topics: their order decides only between topics of equal score.
        encode: returns one vector per text.
        threshold: the least cosine to its prototype at which a vector can have a topic. It depends
            on the model (`nlp.model.Model.topic_threshold`).

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
        self._sentences = None
        if any(topic.examples for topic in topics):
            self._prototypes = np.stack([group.prototype for group in topic_vectors])
            self._directions = _fit_directions(topic_vectors, self._prototypes)
        else:
            self._sentences = _Sentences([group.sentence_vectors for group in topic_vectors])

    def classify(self, vectors: Vectors) -> list[tuple[str, ...]]:
        """Return the ids of the topics of each vector, best first; empty if none fits.

        *vectors* has shape (mentions, width), its rows length 1. A topic fits a vector whose cosine
        to its prototype, or to its nearest sentence, reaches the threshold. Among those the best is
        returned, with the topics within ``MARGIN`` (or ``SENTENCES_MARGIN``) of it.
        """
        if not self.ids:
            return [()] * len(vectors)
        float16_vectors = _round_to_float16(vectors)
        scores = self._scores(float16_vectors)
        nearness = scores if self._sentences else _cosines(float16_vectors, self._prototypes)
        fitting = nearness >= self._threshold
        return [self._near_topics(row) for row in np.where(fitting, scores, -np.inf)]

    def classify_supported(
        self,
        vectors: Vectors,
        languages: Sequence[str | None],
        supported_languages: Collection[str],
    ) -> list[tuple[str, ...]]:
        """Return :meth:`classify`, with no topics for a mention in an unsupported language.

        *languages* of the mentions and *supported_languages* of the model are ISO 639-1. A mention
        of unknown language (None) counts as supported. New and stored mentions are both classified
        here.
        """
        all_topics = self.classify(vectors)
        return [
            topics if code is None or code in supported_languages else ()
            for topics, code in zip(all_topics, languages, strict=True)
        ]

    def probabilities(self, vectors: Vectors) -> Vectors:
        """Return the probabilities of the topics, in the order of ``ids``; each row has sum 1.

        They are the shares of a text that has exactly one of the topics.
        """
        scale = SENTENCES_LOGITS_PER_COSINE if self._sentences else LOGITS_PER_COSINE
        return class_probabilities(self._scores(_round_to_float16(vectors)), scale)

    def _scores(self, vectors: Vectors) -> Vectors:
        """Return the score of each topic for *vectors*, by which the best one is found."""
        if self._sentences:
            return self._sentences.nearest_cosines(vectors)
        return _cosines(vectors, self._directions)

    def _near_topics(self, scores: Vectors) -> tuple[str, ...]:
        # The score of a topic that does not fit is minus infinity.
        margin = SENTENCES_MARGIN if self._sentences else MARGIN
        threshold = max(float(scores.max()) - margin, np.finfo(np.float32).min)
        best_first = np.argsort(-scores, kind="stable")
        return tuple(self.ids[index] for index in best_first if scores[index] >= threshold)


class _Sentences:
    """The sentences of topics without examples, each a vector of its own."""

    def __init__(self, vectors_by_topic: Sequence[Vectors]) -> None:
        counts = [len(vectors) for vectors in vectors_by_topic]
        self._vectors = np.concatenate(vectors_by_topic)
        self._starts = np.cumsum([0, *counts[:-1]])

    def nearest_cosines(self, vectors: Vectors) -> Vectors:
        """Return the cosine of each of *vectors* to the nearest sentence of each topic."""
        nearest: Vectors = np.maximum.reduceat(
            _cosines(vectors, self._vectors), self._starts, axis=1
        )
        return nearest


class _TopicVectors:
    """The prototype of one topic, and its training vectors with their weights."""

    def __init__(self, topic: Topic, vectors: Vectors) -> None:
        sentences, self.examples = np.split(vectors, [len(topic.sentences)])
        self.sentence_vectors = sentences
        self.sentences = [_unit_vector(sentences.mean(axis=0))] if len(sentences) else []
        parts = [SENTENCES_WEIGHT * vector for vector in self.sentences]
        self.prototype = _unit_vector(np.sum([*parts, *self.examples], axis=0))

    @property
    def rows(self) -> Vectors:
        """The mean of the sentences, then the examples."""
        return np.stack([*self.sentences, *self.examples])

    def weights(self, mean_count: float) -> list[float]:
        """Return the weights of ``rows``; *mean_count* is the mean number of examples per topic."""
        example_weight = min(1.0, mean_count / max(1, len(self.examples)))
        return [SENTENCES_WEIGHT] * len(self.sentences) + [example_weight] * len(self.examples)


def _encode_topics(topics: Sequence[Topic], encode: Encode) -> list[tuple[Topic, Vectors]]:
    """Return each topic with the vectors of its sentences, then its examples, from one batch."""
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
    """Return the prototypes, turned by the examples."""
    counts = [len(group.examples) for group in topic_vectors]
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
    # The precision of the database: a new mention gets the same topics as when it is stored.
    return vectors.astype(np.float16).astype(np.float32)


def _cosines(vectors: Vectors, directions: Vectors) -> Vectors:
    # Row by row: the rounding of a matrix product depends on the rest of the batch.
    products: Vectors = np.einsum("ij,kj->ik", vectors, directions)
    return products


def _unit_vector(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length or 1.0)
