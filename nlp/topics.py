"""The configured taxonomy: a topic is a direction among embeddings, a mention may lie near several.

Changing a topic makes new prototypes and nothing else: stored vectors are judged again without a
pass through the model.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from core.errors import ConfigError
from core.watch import Topic

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Embed = Callable[[Sequence[str]], Vectors]

# Chosen of 60 rules on two sets: ten topics over Banking77's test texts beside 3,000 tweets and
# comments of no topic, and eight topics over 38 posts about e-bikes. Macro-F1 0.65 (the best has
# 0.68) and 0.87 (the best); 1 % of the strange tweets get a topic.
THRESHOLD: Final = 0.30  # cosine that a mention needs at least
MARGIN: Final = 0.05  # how far below its best topic another one may lie
# With this weight examples beside the sentences never hurt: 64 a topic took macro-F1 from 46.9 to
# 49.2 on airline complaints, from 80.8 to 83.9 on news.
SENTENCES_WEIGHT: Final = 4.0  # of all sentences together; an example weighs 1


class Taxonomy:
    """Topics as prototypes: the weighted mean of their embedded sentences and examples.

    Raises:
        ConfigError: a topic has neither sentence nor example.
    """

    def __init__(self, topics: Sequence[Topic], embed: Embed) -> None:
        self.ids = tuple(topic.id for topic in topics)
        self._prototypes = [_prototype(topic, embed) for topic in topics]

    def topics_of(self, vectors: Vectors) -> list[tuple[str, ...]]:
        """Ids of the topics of each vector, best first; empty where none fits.

        *vectors* has shape (mentions, width), its rows length 1.
        """
        if not self.ids:
            return [()] * len(vectors)
        return [self._near(row) for row in vectors @ np.stack(self._prototypes).T]

    def _near(self, cosines: Vectors) -> tuple[str, ...]:
        bar = max(THRESHOLD, float(cosines.max()) - MARGIN)
        best_first = np.argsort(-cosines, kind="stable")
        return tuple(self.ids[index] for index in best_first if cosines[index] >= bar)


def _prototype(topic: Topic, embed: Embed) -> Vectors:
    parts: list[Vectors] = []
    if topic.sentences:
        parts.append(SENTENCES_WEIGHT * _unit(embed(topic.sentences).mean(axis=0)))
    if topic.examples:
        parts.extend(embed(topic.examples))
    if not parts:
        raise ConfigError(
            f"topic {topic.id!r} has no sentence; one or two that describe it are needed"
        )
    return _unit(np.sum(parts, axis=0))


def _unit(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length or 1.0)
