"""nlp.topics: a mention has every topic it lies near, and none where none fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import ConfigError
from core.watch import Topic
from nlp.topics import MARGIN, THRESHOLD, Taxonomy

AXES = {"north": (1.0, 0.0, 0.0), "east": (0.0, 1.0, 0.0), "up": (0.0, 0.0, 1.0)}
unit_vectors = hnp.arrays(np.float32, 3, elements=st.floats(-1, 1, width=32)).filter(
    lambda v: np.linalg.norm(v) > 0.01
)


def embed(texts):
    """A text is the axis it names."""
    return np.array([AXES[text] for text in texts], np.float32)


def topic(name, *, sentences=None, examples=()):
    return Topic(
        id=name, name=name, sentences=(name,) if sentences is None else sentences, examples=examples
    )


def along(*numbers):
    vector = np.array([numbers], np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def taxonomy():
    return Taxonomy([topic(name) for name in AXES], embed)


def test_the_nearest_topic_is_told(taxonomy):
    assert taxonomy.topics_of(along(1, 0.1, 0)) == [("north",)]


def test_topics_that_are_as_near_are_told_best_first(taxonomy):
    assert taxonomy.topics_of(along(1, 1.02, 0)) == [("east", "north")]


def test_where_none_fits_none_is_told(taxonomy):
    assert taxonomy.topics_of(along(-1, -1, -1)) == [()]


@given(unit_vectors)
def test_told_are_those_above_the_threshold_and_near_the_best(vector):
    vector = vector / np.linalg.norm(vector)
    told = Taxonomy([topic(name) for name in AXES], embed).topics_of(vector[None, :])[0]
    cosines = dict(zip(AXES, vector.tolist(), strict=True))
    near = {n for n, c in cosines.items() if c >= max(THRESHOLD, max(cosines.values()) - MARGIN)}
    assert set(told) == near
    assert list(told) == sorted(told, key=cosines.__getitem__, reverse=True)


def test_sentences_weigh_more_than_an_example_and_less_than_many():
    one = Taxonomy([topic("north", examples=("east",)), topic("up")], embed)
    many = Taxonomy([topic("north", examples=("east",) * 40), topic("up")], embed)
    off_axis = along(1, 1.2, 0) @ one._prototypes[0], along(1, 1.2, 0) @ many._prototypes[0]
    assert one._prototypes[0] == pytest.approx(np.array([4, 1, 0]) / np.sqrt(17))
    assert many._prototypes[0] == pytest.approx(np.array([4, 40, 0]) / np.sqrt(1616))
    assert off_axis[0] != off_axis[1]


def test_a_topic_may_live_of_examples_alone():
    taxonomy = Taxonomy([topic("e", sentences=(), examples=("east", "east"))], embed)
    assert taxonomy.topics_of(along(0, 1, 0)) == [("e",)]


def test_a_topic_without_a_word_is_a_mistake_of_the_operator():
    with pytest.raises(ConfigError, match=r"topic 'e' has no sentence"):
        Taxonomy([topic("e", sentences=())], embed)


def test_no_topics_are_no_topics():
    assert Taxonomy([], embed).topics_of(along(1, 0, 0)) == [()]


def test_no_vectors_are_no_answers(taxonomy):
    assert taxonomy.topics_of(np.zeros((0, 3), np.float32)) == []


def test_a_vector_that_is_no_number_has_no_topic(taxonomy):
    assert taxonomy.topics_of(np.full((1, 3), np.nan, np.float32)) == [()]
