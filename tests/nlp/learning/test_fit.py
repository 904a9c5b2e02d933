"""The fit moves a head as far as the labels carry, and no further."""

from math import inf

import numpy as np
import pytest

from nlp.learning.fit import FOLDS, HeadTexts, fit_head, fit_with_strength
from nlp.learning.learned_head import LearnedHead

CLASSES = ("negative", "neutral", "positive")
WIDTH = 32


def head_texts(count, *, signal=0.0, shift=(0.0, 0.0, 0.0), seed=0):
    """Return texts whose labels follow the probabilities, a *shift*, and a direction of vectors."""
    random = np.random.default_rng(seed)
    logits = random.normal(scale=1.5, size=(count, 3))
    probabilities = softmax(logits)
    vectors = random.normal(size=(count, WIDTH)) / np.sqrt(WIDTH)
    direction = np.random.default_rng(99).normal(size=(3, WIDTH)) * signal
    truth = softmax(logits + vectors @ direction.T + np.array(shift))
    labels = np.array([random.choice(3, p=row) for row in truth])
    return HeadTexts(
        classes=CLASSES,
        probabilities=probabilities,
        vectors=vectors,
        labels=labels,
        folds=np.arange(count) % FOLDS,
    )


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def loss(head, texts):
    rows = np.arange(len(texts.labels))
    return -np.log(head.apply(texts.probabilities, texts.vectors)[rows, texts.labels]).mean()


IDENTITY = LearnedHead(classes=CLASSES, scale=1.0, bias=np.zeros(3), weights=np.zeros((3, 0)))


def test_without_a_difference_the_head_stays_near_the_prior():
    head = fit_head(head_texts(60))
    assert head.scale == pytest.approx(1.0, abs=0.25)
    texts = head_texts(2000, seed=1)
    assert loss(head, texts) < loss(IDENTITY, texts) + 0.02


def test_few_labels_move_the_head_less_than_many():
    few, many = (
        fit_with_strength(head_texts(n, shift=(2.0, 0.0, 0.0)), inf).bias for n in (4, 400)
    )
    assert 0 < few[0] - few[1] < many[0] - many[1]
    assert many[0] - many[1] == pytest.approx(2.0, abs=0.5)


def test_signal_of_the_vectors_is_learned():
    test = head_texts(2000, signal=2.0, seed=1)
    head = fit_head(head_texts(600, signal=2.0))
    assert head.weights.shape == (3, WIDTH)
    assert loss(head, test) < 0.9 * loss(IDENTITY, test)


def test_noise_in_the_vectors_is_not_learned():
    test = head_texts(2000, seed=1)
    assert loss(fit_head(head_texts(300)), test) < loss(IDENTITY, test) + 0.02


def test_fit_is_deterministic():
    first, second = (fit_head(head_texts(80, signal=1.0)).to_json() for _ in range(2))
    assert first == second


def test_head_survives_json():
    head = fit_head(head_texts(120, signal=2.0))
    texts = head_texts(20, seed=2)
    stored = LearnedHead.from_json(head.to_json())
    assert np.array_equal(
        stored.apply(texts.probabilities, texts.vectors),
        head.apply(texts.probabilities, texts.vectors),
    )


@pytest.mark.parametrize("signal", [0.0, 2.0])
def test_inversion_returns_the_packaged_probabilities(signal):
    texts = head_texts(300, signal=signal, shift=(1.0, 0.0, 0.0))
    head = fit_head(texts)
    learned = head.apply(texts.probabilities, texts.vectors)
    assert not np.allclose(learned, texts.probabilities, atol=0.01)
    assert np.allclose(head.invert(learned, texts.vectors), texts.probabilities, atol=1e-4)
