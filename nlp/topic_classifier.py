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
from nlp.model import NEAR
from nlp.prior_regression import refined, shares
from nlp.text.normalize import clean

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Embed = Callable[[Sequence[str]], Vectors]

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
_ALMOST_NONE: Final = 0.1


class Taxonomy:
    """Topics as directions. The order of *topics* decides only between topics exactly as near.

    *near* is the cosine to its prototype from which a mention can be of a topic; what it must be
    depends on who made the vectors (`nlp.model.Model.near`).

    Raises:
        ConfigError: a topic has neither sentence nor example.
    """

    def __init__(self, topics: Sequence[Topic], embed: Embed, near: float = NEAR) -> None:
        self._near_enough = near
        self.ids = tuple(topic.id for topic in topics)
        if not topics:
            return
        lessons = [_Lesson(topic, vectors) for topic, vectors in _embedded(topics, embed)]
        self._prototypes = np.stack([lesson.prototype for lesson in lessons])
        self._directions = _told_apart(lessons, self._prototypes)

    def topics_of(self, vectors: Vectors) -> list[tuple[str, ...]]:
        """Ids of the topics of each vector, best first; empty where none fits.

        *vectors* has shape (mentions, width), its rows length 1. A topic fits a vector that is
        near enough to its prototype; of those that fit the best is told and what comes close to it.
        """
        if not self.ids:
            return [()] * len(vectors)
        stored = _as_stored(vectors)
        fitting = _cosines(stored, self._prototypes) >= self._near_enough
        scores = _cosines(stored, self._directions)
        return [self._near(row) for row in np.where(fitting, scores, -np.inf)]

    def told(
        self, vectors: Vectors, languages: Sequence[str | None], known: Collection[str]
    ) -> list[tuple[str, ...]]:
        """What is told of mentions that were read: :meth:`topics_of` those of a known language.

        *languages* of the mentions and *known* to the model are ISO 639-1; what was read although
        its language is unknown (None) counts as known. Whoever judges a mention, freshly read or
        from the record, asks here.
        """
        every = self.topics_of(vectors)
        return [
            topics if code is None or code in known else ()
            for topics, code in zip(every, languages, strict=True)
        ]

    def shares(self, vectors: Vectors) -> Vectors:
        """Probabilities of the topics if each vector had exactly one, in the order of ``ids``."""
        return shares(_cosines(_as_stored(vectors), self._directions))

    def _near(self, scores: Vectors) -> tuple[str, ...]:
        """*scores* of the topics, minus infinity of those that do not fit."""
        bar = max(float(scores.max()) - MARGIN, np.finfo(np.float32).min)
        best_first = np.argsort(-scores, kind="stable")
        return tuple(self.ids[index] for index in best_first if scores[index] >= bar)


class _Lesson:
    """What one topic teaches: where it lies, and vectors that are of it with their weights."""

    def __init__(self, topic: Topic, vectors: Vectors) -> None:
        sentences, self.examples = np.split(vectors, [len(topic.sentences)])
        self.sentences = [_unit(sentences.mean(axis=0))] if len(sentences) else []
        parts = [SENTENCES_WEIGHT * vector for vector in self.sentences]
        self.prototype = _unit(np.sum([*parts, *self.examples], axis=0))

    @property
    def rows(self) -> Vectors:
        """The sentences as one vector, and the examples."""
        return np.stack([*self.sentences, *self.examples])

    def weights(self, usual: float) -> list[float]:
        """Of the rows, where a topic has *usual* examples."""
        one = min(1.0, usual / max(1, len(self.examples)))
        return [SENTENCES_WEIGHT] * len(self.sentences) + [one] * len(self.examples)


def _embedded(topics: Sequence[Topic], embed: Embed) -> list[tuple[Topic, Vectors]]:
    """Each topic with the vectors of its sentences, then its examples; embedded in one go."""
    for topic in topics:
        if not topic.sentences and not topic.examples:
            raise ConfigError(
                f"topic {topic.id!r} has no sentence; add one or two that describe it"
            )
    texts = [[clean(t) for t in (*topic.sentences, *topic.examples)] for topic in topics]
    ends = np.cumsum([len(some) for some in texts])[:-1]
    vectors = np.split(embed(list(chain.from_iterable(texts))), ends)
    return list(zip(topics, vectors, strict=True))


def _told_apart(lessons: Sequence[_Lesson], prototypes: Vectors) -> Vectors:
    """The prototypes, turned by the examples if there are any."""
    counts = [len(lesson.examples) for lesson in lessons]
    if not any(counts):
        return prototypes
    usual = harmonic_mean([count + _ALMOST_NONE for count in counts])
    return refined(
        prototypes,
        rows=np.concatenate([lesson.rows for lesson in lessons]),
        labels=np.repeat(np.arange(len(lessons)), [len(lesson.rows) for lesson in lessons]),
        weights=np.concatenate([lesson.weights(usual) for lesson in lessons], dtype=np.float32),
    )


def _as_stored(vectors: Vectors) -> Vectors:
    """The precision of the record, so that a mention has the same topics fresh and from there."""
    return vectors.astype(np.float16).astype(np.float32)


def _cosines(vectors: Vectors, directions: Vectors) -> Vectors:
    """Dot products, row by row: a matrix product would round by what else is in the batch."""
    products: Vectors = np.einsum("ij,kj->ik", vectors, directions)
    return products


def _unit(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length or 1.0)
