"""nlp.topic_classifier: a mention gets all topics near it, or none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import ConfigError
from core.watch import Topic
from nlp.model import TOPIC_THRESHOLD
from nlp.topic_classifier import SENTENCES_MARGIN, TopicClassifier

AXES = {"north": (1.0, 0.0, 0.0), "east": (0.0, 1.0, 0.0), "up": (0.0, 0.0, 1.0)}
unit_vectors = hnp.arrays(np.float32, 3, elements=st.floats(-1, 1, width=32)).filter(
    lambda v: np.linalg.norm(v) > 0.01
)


def encode(texts):
    """Return the axis that each text names."""
    return np.array([AXES[text] for text in texts], np.float32)


def topic(name, *, sentences=None, examples=()):
    return Topic(
        id=name, name=name, sentences=(name,) if sentences is None else sentences, examples=examples
    )


def unit_vector(*numbers):
    vector = np.array([numbers], np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def classifier():
    return TopicClassifier([topic(name) for name in AXES], encode)


def test_the_nearest_topic_is_returned(classifier):
    assert classifier.classify(unit_vector(1, 0.1, 0)) == [("north",)]


def test_equally_near_topics_are_returned_best_first(classifier):
    assert classifier.classify(unit_vector(1, 1.02, 0)) == [("east", "north")]


def test_a_vector_near_no_topic_has_none(classifier):
    assert classifier.classify(unit_vector(-1, -1, -1)) == [()]


@given(unit_vectors)
def test_topics_are_those_above_the_threshold_and_near_the_best(vector):
    vector = vector / np.linalg.norm(vector)
    topics = TopicClassifier([topic(name) for name in AXES], encode).classify(vector[None, :])[0]
    cosines = dict(zip(AXES, vector.tolist(), strict=True))
    least = max(TOPIC_THRESHOLD, max(cosines.values()) - SENTENCES_MARGIN)
    near = {name for name, cosine in cosines.items() if cosine >= least}
    assert set(topics) == near
    assert list(topics) == sorted(topics, key=cosines.__getitem__, reverse=True)


def test_sentences_weigh_more_than_an_example_and_less_than_many():
    single = TopicClassifier([topic("north", examples=("east",)), topic("up")], encode)
    many = TopicClassifier([topic("north", examples=("east",) * 40), topic("up")], encode)
    off_axis = (
        unit_vector(1, 1.2, 0) @ single._prototypes[0],
        unit_vector(1, 1.2, 0) @ many._prototypes[0],
    )
    assert single._prototypes[0] == pytest.approx(np.array([6, 1, 0]) / np.sqrt(37))
    assert many._prototypes[0] == pytest.approx(np.array([6, 40, 0]) / np.sqrt(1636))
    assert off_axis[0] != off_axis[1]


def test_a_text_is_as_near_to_a_topic_as_to_the_nearest_of_its_sentences():
    """Their mean would be at 45 degrees from both."""
    classifier = TopicClassifier(
        [topic("wide", sentences=("north", "east")), topic("up")], encode, threshold=0.9
    )
    assert classifier.classify(unit_vector(1, 0, 0)) == [("wide",)]
    assert classifier.classify(unit_vector(0, 1, 0)) == [("wide",)]
    assert classifier.classify(unit_vector(1, 1, 0)) == [()]


def test_the_same_sentence_twice_changes_nothing():
    vectors = np.concatenate([unit_vector(1, 0.2, 0.1), unit_vector(0.1, 0.9, 0.8)])
    once, twice = (
        TopicClassifier([topic("north", sentences=s), topic("up"), topic("east")], encode)
        for s in (("north",), ("north", "north"))
    )
    assert once.classify(vectors) == twice.classify(vectors)
    assert once.probabilities(vectors) == pytest.approx(twice.probabilities(vectors))


def test_topic_may_have_examples_only():
    classifier = TopicClassifier([topic("e", sentences=(), examples=("east", "east"))], encode)
    assert classifier.classify(unit_vector(0, 1, 0)) == [("e",)]


def test_topic_without_sentences_and_examples_is_a_mistake():
    with pytest.raises(ConfigError, match=r"topic 'e' has no sentence"):
        TopicClassifier([topic("e", sentences=())], encode)


def test_classifier_without_topics_returns_none():
    assert TopicClassifier([], encode).classify(unit_vector(1, 0, 0)) == [()]


def test_no_vectors_have_no_topics(classifier):
    assert classifier.classify(np.zeros((0, 3), np.float32)) == []


def test_nan_vector_has_no_topic(classifier):
    assert classifier.classify(np.full((1, 3), np.nan, np.float32)) == [()]


# ---- examples turn the prototypes

NOISE = np.array([0.3, 0.3, 0.9], np.float32)


def vector_near(name, share):
    """Return a vector between north and east, *share* of the way from *name* to the other axis."""
    first, second = (AXES["north"], AXES["east"])[:: 1 if name == "north" else -1]
    vector = (1 - share) * np.array(first) + share * np.array(second) + NOISE
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def classifier_with(north, east):
    """Return a classifier of two topics with equal sentences and these numbers of examples."""
    vectors_by_text = {"alike": NOISE / np.linalg.norm(NOISE)}
    vectors_by_text |= {f"n{k}": vector_near("north", k % 10 / 100) for k in range(north)}
    vectors_by_text |= {f"e{k}": vector_near("east", k % 10 / 100) for k in range(east)}
    topics = [
        topic("north", sentences=("alike",), examples=tuple(f"n{k}" for k in range(north))),
        topic("east", sentences=("alike",), examples=tuple(f"e{k}" for k in range(east))),
    ]
    return TopicClassifier(
        topics, lambda texts: np.stack([vectors_by_text[text] for text in texts])
    )


def test_examples_separate_topics_with_equal_sentences():
    vectors = np.stack([vector_near("north", 0.1), vector_near("east", 0.1)])
    assert [len(topics) for topics in classifier_with(0, 0).classify(vectors)] == [2, 2]
    assert classifier_with(20, 20).classify(vectors) == [("north",), ("east",)]


def test_more_examples_raise_the_probability():
    shares = [
        classifier_with(n, n).probabilities(vector_near("north", 0.1)[None, :])[0, 0]
        for n in (0, 1, 4, 16, 64)
    ]
    assert shares[0] == pytest.approx(0.5)
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


def test_topics_with_many_examples_do_not_suppress_others():
    """All examples at full weight would leave them 0.04 of their mentions, instead of 0.74."""
    random = np.random.default_rng(0)

    def around(directions, noise):
        rows = directions + random.normal(scale=noise, size=directions.shape)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    truth = around(np.ones((20, 64)), 0.4)
    vectors_by_text = {f"s{k}": row for k, row in enumerate(around(truth, 0.06))}
    vectors_by_text |= {
        f"{k}.{n}": around(truth[[k]], 0.06)[0] for k in range(10) for n in range(64)
    }
    topics = [
        topic(
            str(k),
            sentences=(f"s{k}",),
            examples=[t for t in vectors_by_text if t.startswith(f"{k}.")],
        )
        for k in range(20)
    ]
    classifier = TopicClassifier(
        topics, lambda texts: np.stack([vectors_by_text[text] for text in texts])
    )
    topics_without_examples = np.repeat(np.arange(10, 20), 30)
    predictions = classifier.probabilities(around(truth[topics_without_examples], 0.06)).argmax(
        axis=1
    )
    assert np.mean(predictions == topics_without_examples) > 0.5


def test_topic_below_the_threshold_is_not_returned():
    assert classifier_with(20, 20).classify(unit_vector(1, 0, -0.8)) == [()]


def test_sentences_and_examples_are_cleaned_like_mentions():
    inputs = []

    def encode(texts):
        inputs.extend(texts)
        return np.ones((len(texts), 1), np.float32)

    TopicClassifier(
        [topic("a", sentences=("Hi @bob\n",), examples=("see https://b.example/x",))], encode
    )
    assert inputs == ["Hi @user", "see http"]


# ---- the one rule of both ways to a verdict


@given(unit_vectors)
def test_a_stored_vector_has_the_same_topics_as_the_original(vector):
    vector = (vector / np.linalg.norm(vector))[None, :]
    stored_vector = vector.astype("<f2").astype(np.float32)
    classifier = TopicClassifier([topic(name) for name in AXES], encode)
    assert classifier.classify(stored_vector) == classifier.classify(vector)


def test_a_mention_in_an_unsupported_language_has_no_topics(classifier):
    vectors = np.concatenate([unit_vector(1, 0, 0)] * 3)
    assert classifier.classify_supported(vectors, ["en", "de", "en"], {"en"}) == [
        ("north",),
        (),
        ("north",),
    ]


def test_a_mention_of_unknown_language_has_topics(classifier):
    assert classifier.classify_supported(unit_vector(1, 0, 0), [None], {"en"}) == [("north",)]
