"""Learning step: fit heads on the labels of the team, and keep those that are better.

1. Collect the labelled texts of each head with their stored vectors and scores. No text is scored.
2. Fit each head on two thirds of them and judge it on the third that is held out.
3. Store a new version if a head is better there. Workers use it from their next batch on.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harken.pipeline.learning.labelled_texts import SENTIMENTS, TextCollector
from harken.pipeline.learning.learned import encode_with, with_examples
from nlp.learning.learn import Classify, HeadOutcome, LabelledText, learn_head, learn_topics
from nlp.learning.learned_model import trained_name
from nlp.topic_classifier import TopicClassifier
from store.database import Database
from store.labels import learned
from store.labels.label import ROLE_CLASSES, LabelHead
from store.labels.learned import LearnedExample, LearnedVersion
from store.watches import active_topics

if TYPE_CHECKING:
    from core.watch import Topic
    from nlp.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnResult:
    """The outcomes of all heads."""

    outcomes: tuple[HeadOutcome, ...]
    version: str | None  # sha256 of the new version; None: nothing changed
    other_model: int  # labels left out, because another model scored their mentions, or none


def learn(database: Database, model: "Model", *, now: datetime) -> LearnResult:
    """Fit all heads for *model* (the packaged one) and store those that are kept."""
    key = trained_name(model.name), model.encoder_sha256
    with database.read() as tx:
        collector = TextCollector(tx, model)
        texts, other_model = collector.collect()
        topics = active_topics(tx)
        previous = learned.version_in_force(tx, *key)
    outcomes = (
        learn_head(LabelHead.SENTIMENT, SENTIMENTS, texts[LabelHead.SENTIMENT]),
        # The stored vector is that of the whole text, not of the text with a marked brand.
        learn_head(LabelHead.TOWARDS, SENTIMENTS, texts[LabelHead.TOWARDS], uses_vectors=False),
        learn_topics(LabelHead.TOPIC, texts[LabelHead.TOPIC], _classifier_builder(topics, model)),
        learn_head(LabelHead.ROLE, ROLE_CLASSES, texts[LabelHead.ROLE]),
    )
    version = _version(outcomes, previous, key, now)
    if version is not None:
        with database.write() as tx:
            learned.add_version(tx, version)
    return LearnResult(
        outcomes=outcomes, version=version.sha256 if version else None, other_model=other_model
    )


def _classifier_builder(
    topics: "list[Topic]", model: "Model"
) -> Callable[[Sequence[LabelledText]], Classify]:
    def build(texts: Sequence[LabelledText]) -> Classify:
        """Return the classifier with *texts* as further examples."""
        rows = [(t.text, t.classes, t.vector.astype("<f2").tobytes()) for t in texts]
        topics_with_examples, vectors = with_examples(topics, rows)
        classifier = TopicClassifier(
            topics_with_examples, encode_with(vectors, model.encode), model.topic_threshold
        )
        return classifier.classify

    return build


def _version(
    outcomes: Sequence[HeadOutcome],
    previous: LearnedVersion | None,
    key: tuple[str, str],
    now: datetime,
) -> LearnedVersion | None:
    """Return the version in force with the heads that are kept; None: none is."""
    kept_outcomes = [outcome for outcome in outcomes if outcome.is_kept]
    if not kept_outcomes:
        return None
    heads = dict(previous.heads) if previous else {}
    examples = dict(previous.examples) if previous else {}
    for outcome in kept_outcomes:
        heads[outcome.head] = _numbers(outcome)
        examples[outcome.head] = _examples(outcome)
    training_rows = [
        (head, e.mention, e.watch, e.text_sha256, e.classes)
        for head, rows in sorted(examples.items())
        for e in rows
    ]
    content = json.dumps([key, heads, training_rows], sort_keys=True)
    return LearnedVersion(
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        model=key[0],
        encoder_sha256=key[1],
        heads=heads,
        at=now,
        examples=examples,
    )


def _numbers(outcome: HeadOutcome) -> dict[str, Any]:
    numbers = outcome.new_head.to_json() if outcome.new_head else {}
    return numbers | {"before": outcome.before, "after": outcome.after}


def _examples(outcome: HeadOutcome) -> list[LearnedExample]:
    parts = ((outcome.split.train, False), (outcome.split.held_out, True))
    return [
        LearnedExample(
            mention=outcome.texts[i].mention,
            watch=outcome.texts[i].watch,
            text_sha256=outcome.texts[i].text_sha256,
            classes=outcome.texts[i].classes,
            is_held_out=is_held_out,
        )
        for indices, is_held_out in parts
        for i in indices
    ]
