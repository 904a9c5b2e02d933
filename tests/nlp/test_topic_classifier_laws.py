"""nlp.topic_classifier: laws of the influences on the topics of a mention."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.watch import Topic
from nlp.model import TOPIC_THRESHOLD
from nlp.topic_classifier import SENTENCES_MARGIN, SENTENCES_WEIGHT, TopicClassifier

WIDTH = 5
FEW = settings(max_examples=30)
NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5, unique=True)
VECTORS = hnp.arrays(
    np.float32, st.tuples(st.integers(0, 6), st.just(WIDTH)), elements=st.floats(-1, 1, width=32)
).map(lambda rows: rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 0.01))


def encode(texts):
    """Return one reproducible direction per text; rows of length 1."""
    rows = [np.random.default_rng(sum(map(ord, text))).normal(size=WIDTH) for text in texts]
    return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


def topic(name, sentences=1, examples=0):
    return Topic(
        id=name,
        name=name,
        sentences=tuple(f"{name}{k}" for k in range(sentences)),
        examples=tuple(f"{name}!{k}" for k in range(examples)),
    )


def classify(names, vectors, **counts):
    return TopicClassifier([topic(name, **counts) for name in names], encode).classify(vectors)


@FEW
@given(NAMES, VECTORS)
def test_the_order_of_the_configuration_changes_nothing(names, vectors):
    """It decides only between topics of exactly the same score."""
    topics_in_order, topics_in_reverse = classify(names, vectors), classify(names[::-1], vectors)
    assert [set(topics) for topics in topics_in_order] == [
        set(topics) for topics in topics_in_reverse
    ]


@FEW
@given(NAMES, VECTORS, st.integers(0, 2))
def test_neighbours_in_a_batch_change_nothing(names, vectors, examples):
    classifier = TopicClassifier([topic(name, examples=examples) for name in names], encode)
    assert classifier.classify(vectors) == [classifier.classify(row[None, :])[0] for row in vectors]


@FEW
@given(NAMES, VECTORS, st.integers(0, 3))
def test_renaming_all_topics_renames_the_result_and_nothing_else(names, vectors, examples):
    """Only sentences and examples count, not ids and names."""
    topics = [topic(name, examples=examples) for name in names]
    renamed_topics = [replace(t, id=f"new-{t.id}", name="x") for t in topics]
    before, after = (
        TopicClassifier(variant, encode).classify(vectors) for variant in (topics, renamed_topics)
    )
    assert after == [tuple(f"new-{name}" for name in topics) for topics in before]


@FEW
@given(NAMES, VECTORS)
def test_additional_topic_changes_only_its_own_mentions(names, vectors):
    """A mention that does not get the new topic keeps its topics."""
    for before, after in zip(
        classify(names, vectors), classify([*names, "z"], vectors), strict=True
    ):
        assert set(after) - {"z"} <= set(before)
        if "z" not in after:
            assert after == before


@FEW
@given(NAMES, VECTORS)
def test_no_topic_is_returned_twice_and_all_are_configured(names, vectors):
    for topics in classify(names, vectors):
        assert len(topics) == len(set(topics))
        assert set(topics) <= set(names)


@FEW
@given(NAMES, VECTORS, st.integers(1, 2))
def test_topics_are_the_near_ones_best_first(names, vectors, sentences):
    """Compared with the rule in plain numbers, with a tolerance in the third decimal."""
    for row, topics in zip(vectors, classify(names, vectors, sentences=sentences), strict=True):
        cosines = {
            name: max(float(row @ encode([f"{name}{k}"])[0]) for k in range(sentences))
            for name in names
        }
        threshold = max(TOPIC_THRESHOLD, max(cosines.values()) - SENTENCES_MARGIN)
        assert {n for n, c in cosines.items() if c > threshold + 1e-3} <= set(topics)
        assert set(topics) <= {n for n, c in cosines.items() if c > threshold - 1e-3}
        near = [cosines[name] for name in topics]
        assert near == pytest.approx(sorted(near, reverse=True), abs=1e-3)


@FEW
@given(NAMES, VECTORS, st.integers(1, 3))
def test_topics_with_examples_are_near_their_prototype(names, vectors, examples):
    for row, topics in zip(vectors, classify(names, vectors, examples=examples), strict=True):
        near = [float(row @ prototype(name, 1, examples)) for name in topics]
        assert all(cosine >= TOPIC_THRESHOLD - 1e-3 for cosine in near)


def prototype(name, sentences, examples):
    mean = np.mean(encode([f"{name}{k}" for k in range(sentences)]), axis=0)
    total = SENTENCES_WEIGHT * mean / np.linalg.norm(mean)
    for k in range(examples):
        total = total + encode([f"{name}!{k}"])[0]
    return total / np.linalg.norm(total)


@pytest.mark.parametrize("examples", [0, 1])
def test_the_sentence_of_a_topic_has_that_topic(examples):
    vectors = encode(["a0", "b0"])
    topics = classify("ab", vectors, examples=examples)
    assert [topics[0] for topics in topics] == ["a", "b"]


@pytest.mark.parametrize(("examples", "topics"), [((), ("t",)), (("side",), ())])
def test_opposite_sentences_have_no_mean_but_each_is_near_itself(examples, topics):
    """Beside examples the mean counts: there is none, and that is no error."""
    directions = {"up": (1.0, 0.0), "down": (-1.0, 0.0), "side": (0.0, 1.0)}
    classifier = TopicClassifier(
        [Topic(id="t", name="T", sentences=("up", "down"), examples=examples)],
        lambda texts: np.array([directions[text] for text in texts], np.float32),
    )
    assert classifier.classify(np.array([[1.0, 0.0]], np.float32)) == [topics]
