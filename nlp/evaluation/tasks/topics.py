"""``--task topics``: the topic of a text among those of a taxonomy, if it has one of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final

import numpy as np

from config.examples import normalize_label
from config.taxonomy import load
from core.errors import ConfigError
from core.watch import Topic
from nlp.evaluation.means import mean_of_draws
from nlp.evaluation.task import (
    UNKNOWN,
    EvaluationOptions,
    InputRow,
    Task,
    predict_in_chunks,
)
from nlp.evaluation.topic_rule import topic_rule_figures
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.normalize import clean
from nlp.topic_classifier import Encode, TopicClassifier, Vectors

SEEDS: Final = range(5)  # of the draws whose metrics are averaged


class Topics(Task):
    """Topics of ``--taxonomy``; with ``--shots N`` each gets up to N of its examples at random.

    The likeliest topic is predicted, at any distance, and compared with the main label. Threshold
    and margin, by which the product shows several topics or none, apply to ``topic_rule`` alone:
    there every label of a row is accepted, and a row may have none. Texts of unknown language are
    scored, too: most texts of a few words are among them.

    Raises:
        ConfigError: there is no taxonomy, or no file to draw examples from.
    """

    output_key = "topic"
    accepts_several = True

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
        self._shown_topics: list[list[tuple[str, ...]]] = []  # by draw and row, as in the product

    def class_of(self, label: str) -> str | None:
        """Return the topic whose id or name is *label*, ignoring case and punctuation."""
        return self._by_meaning.get(normalize_label(label))

    def samples(self, rows: Sequence[InputRow]) -> Iterator[Floats]:
        """Yield one draw without ``--shots``, else one per seed."""
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
            shown_topics: list[tuple[str, ...]] = [()] * len(rows)
            if indices:
                classifier = TopicClassifier(topics_of_draw, encode, self.model.topic_threshold)
                probabilities[indices] = classifier.probabilities(np.stack(vectors))
                for i, topic_ids in zip(
                    indices, classifier.classify(np.stack(vectors)), strict=True
                ):
                    shown_topics[i] = topic_ids
            self._shown_topics.append(shown_topics)
            yield probabilities

    def extra_figures(self, labels: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Return ``topic_rule``: the mean over the draws of :func:`topic_rule_figures`."""
        figures = [topic_rule_figures(shown, labels) for shown in self._shown_topics]
        return {"topic_rule": mean_of_draws(figures)}

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
        """Encode each of *texts* once, for all draws; return a function that looks vectors up."""
        ordered_texts = sorted(texts)
        vectors = dict(zip(ordered_texts, self.model.encode(ordered_texts), strict=True))
        return lambda batch: np.stack([vectors[text] for text in batch])

    def _encode_rows(self, rows: Sequence[InputRow]) -> tuple[list[int], list[Vectors]]:
        """Return the indices of the rows that can be encoded, and their vectors."""
        languages = {UNKNOWN, *self.model.languages}
        texts = [clean(row.text) if row.language in languages else "" for row in rows]
        indices = [i for i, text in enumerate(texts) if text]
        self.options.on_rows(len(rows) - len(indices))
        results = predict_in_chunks(
            self, lambda batch: list(self.model.encode(batch)), [texts[i] for i in indices]
        )
        vectors = {
            i: v for i, v in zip(indices, results, strict=True) if not isinstance(v, Exception)
        }
        return list(vectors), list(vectors.values())
