"""``--task topics``: which topic of a taxonomy a text is about, if it is about one of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import ClassVar, Final

import numpy as np

from config.examples import normalize_label
from config.taxonomy import load
from core.errors import ConfigError
from core.watch import Topic
from nlp.bisect import predict_each
from nlp.evaluation.task import UNKNOWN, EvaluationOptions, InputRow, Task
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.normalize import clean
from nlp.topic_classifier import Encode, TopicClassifier, Vectors

SEEDS: Final = range(5)  # of the draws whose figures are averaged


class Topics(Task):
    """The topics of ``--taxonomy``; with ``--shots N`` each gets up to N of its examples by chance.

    The likeliest topic is said, however far: threshold and margin, by which a mention may have
    several topics or none, are for texts of which nobody knows that they are about one. For the
    same reason a text in an unknown language is read: of a few words that is the usual answer.

    Raises:
        ConfigError: there is no taxonomy, or no file to draw examples from.
    """

    output_key: ClassVar[str] = "topic"

    def __init__(self, model: Model, options: EvaluationOptions) -> None:
        super().__init__(model, options)
        if options.taxonomy is None:
            raise ConfigError("--task topics needs --taxonomy, a YAML file of topics.")
        self._taxonomy = load(options.taxonomy)
        if options.shots and not self._taxonomy.pool:
            raise ConfigError(
                f"--shots: {options.taxonomy} has no `examples`, the name of a file to draw from."
            )
        self.classes = tuple(topic.id for topic in self._taxonomy.topics)
        self._by_meaning = {
            normalize_label(name): topic.id
            for topic in self._taxonomy.topics
            for name in (topic.name, topic.id)
        }

    def class_of(self, label: str) -> str | None:
        """The topic whose id or name is *label*, whatever its case and punctuation."""
        return self._by_meaning.get(normalize_label(label))

    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """One draw without ``--shots``; with it one a seed."""
        shots, topics = self.options.shots or 0, self._taxonomy.topics
        topic_draws = [
            self._draw_examples(topics, shots, seed) for seed in (SEEDS if shots else SEEDS[:1])
        ]
        texts_by_topic = (
            (*topic.sentences, *topic.examples) for topic in chain.from_iterable(topic_draws)
        )
        encode = self._cached_encoder(set(map(clean, chain.from_iterable(texts_by_topic))))
        indices, vectors = self._encode_rows(rows)
        for topics_of_draw in topic_draws:
            probabilities = np.full((len(rows), len(self.classes)), np.nan)
            if indices:
                probabilities[indices] = TopicClassifier(topics_of_draw, encode).probabilities(
                    np.stack(vectors)
                )
            yield probabilities

    def _draw_examples(self, topics: Sequence[Topic], shots: int, seed: int) -> list[Topic]:
        rng = np.random.default_rng(seed)
        return [
            replace(t, examples=(*t.examples, *self._sample_examples(t, shots, rng)))
            for t in topics
        ]

    def _sample_examples(self, topic: Topic, shots: int, rng: np.random.Generator) -> list[str]:
        pool = self._taxonomy.pool.get(topic.id, ())
        return [pool[i] for i in rng.permutation(len(pool))[:shots]]

    def _cached_encoder(self, texts: set[str]) -> Encode:
        """Embeds each of *texts* now and once, however many draws it is in."""
        ordered_texts = sorted(texts)
        vectors = dict(zip(ordered_texts, self.model.encode(ordered_texts), strict=True))
        return lambda batch: np.stack([vectors[text] for text in batch])

    def _encode_rows(self, rows: Sequence[InputRow]) -> tuple[list[int], list[Vectors]]:
        """Which rows can be read, and their vectors."""
        languages = {UNKNOWN, *self.model.languages}
        texts = [clean(row.text) if row.language in languages else "" for row in rows]
        indices = [i for i, text in enumerate(texts) if text]
        results = predict_each(
            lambda batch: list(self.model.encode(batch)), [texts[i] for i in indices]
        )
        vectors = {
            i: v for i, v in zip(indices, results, strict=True) if not isinstance(v, Exception)
        }
        return list(vectors), list(vectors.values())
