"""``--task topics``: which topic of a taxonomy a text is about, if it is about one of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import ClassVar, Final

import numpy as np

from config.examples import meaning
from config.taxonomy import load
from core.errors import ConfigError
from core.watch import Topic
from nlp.bisect import each
from nlp.evaluation.task import UNKNOWN, Options, Row, Task
from nlp.metrics import Floats
from nlp.model import Model
from nlp.text.normalize import clean
from nlp.topic_classifier import Embed, Taxonomy, Vectors

SEEDS: Final = range(5)  # of the draws whose figures are averaged


class Topics(Task):
    """The topics of ``--taxonomy``; with ``--shots N`` each gets up to N of its examples by chance.

    The likeliest topic is said, however far: threshold and margin, by which a mention may have
    several topics or none, are for texts of which nobody knows that they are about one. For the
    same reason a text in an unknown language is read: of a few words that is the usual answer.

    Raises:
        ConfigError: there is no taxonomy, or no file to draw examples from.
    """

    says: ClassVar[str] = "topic"

    def __init__(self, model: Model, options: Options) -> None:
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
            meaning(name): topic.id
            for topic in self._taxonomy.topics
            for name in (topic.name, topic.id)
        }

    def class_of(self, label: str) -> str | None:
        """The topic whose id or name is *label*, whatever its case and punctuation."""
        return self._by_meaning.get(meaning(label))

    def draws(self, rows: Sequence[Row]) -> Iterator[Floats]:
        """One draw without ``--shots``; with it one a seed."""
        shots, topics = self.options.shots or 0, self._taxonomy.topics
        drawn = [self._drawn(topics, shots, seed) for seed in (SEEDS if shots else SEEDS[:1])]
        said = ((*topic.sentences, *topic.examples) for topic in chain.from_iterable(drawn))
        embed = self._remembering(set(map(clean, chain.from_iterable(said))))
        asked, vectors = self._questions(rows)
        for some in drawn:
            shares = np.full((len(rows), len(self.classes)), np.nan)
            if asked:
                shares[asked] = Taxonomy(some, embed).shares(np.stack(vectors))
            yield shares

    def _drawn(self, topics: Sequence[Topic], shots: int, seed: int) -> list[Topic]:
        chance = np.random.default_rng(seed)
        return [replace(t, examples=(*t.examples, *self._some(t, shots, chance))) for t in topics]

    def _some(self, topic: Topic, shots: int, chance: np.random.Generator) -> list[str]:
        pool = self._taxonomy.pool.get(topic.id, ())
        return [pool[i] for i in chance.permutation(len(pool))[:shots]]

    def _remembering(self, texts: set[str]) -> Embed:
        """Embeds each of *texts* now and once, however many draws it is in."""
        listed = sorted(texts)
        known = dict(zip(listed, self.model.embed(listed), strict=True))
        return lambda some: np.stack([known[text] for text in some])

    def _questions(self, rows: Sequence[Row]) -> tuple[list[int], list[Vectors]]:
        """Which rows can be read, and their vectors."""
        languages = {UNKNOWN, *self.model.languages}
        texts = [clean(row.text) if row.language in languages else "" for row in rows]
        asked = [i for i, text in enumerate(texts) if text]
        found = each(lambda some: list(self.model.embed(some)), [texts[i] for i in asked])
        read = {i: v for i, v in zip(asked, found, strict=True) if not isinstance(v, Exception)}
        return list(read), list(read.values())
