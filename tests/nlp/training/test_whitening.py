"""nlp.training.whitening: cosines of vectors become similar to those of a better encoder."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.training.whitening import fit_whitening

WIDTH, TEXTS = 12, 600


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def sample_vectors(seed):
    """Return vectors of a better encoder and ours, for the same texts.

    Ours are rotated, all point nearly the same way, and they differ most by noise.
    """
    rng = np.random.default_rng(seed)
    content = rng.normal(size=(TEXTS, WIDTH - 4))
    noise = rng.normal(size=(TEXTS, 4)) * 6
    rotation = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0]
    ours = np.concatenate([content, noise], axis=1) @ rotation + 20 * rotation[0]
    return unit(content).astype(np.float32), unit(ours).astype(np.float32)


def cosine_correlation(vectors, better):
    """Return the correlation of the cosines of *vectors* with those of *better*."""
    pairs = np.triu_indices(len(vectors), 1)
    return np.corrcoef((vectors @ vectors.T)[pairs], (better @ better.T)[pairs])[0, 1]


def whiten(vectors, mean, matrix):
    return unit((vectors - mean) @ matrix)


@given(st.integers(0, 50))
def test_whitened_vectors_are_closer_to_the_better_ones_for_new_texts(seed):
    better, ours = sample_vectors(seed)
    training, new = slice(0, 300), slice(300, None)
    mean, matrix = fit_whitening(ours[training], ours[training], better[training])
    before = cosine_correlation(ours[new] - ours[training].mean(axis=0), better[new])
    after = cosine_correlation(whiten(ours[new], mean, matrix), better[new])
    assert after > before + 0.3


def test_matrix_is_symmetric_in_half_precision():
    better, ours = sample_vectors(1)
    mean, matrix = fit_whitening(ours, ours, better)
    assert mean.shape == (WIDTH,)
    assert matrix == pytest.approx(matrix.T, abs=1e-5)
    assert (mean.dtype, matrix.dtype) == (np.float32, np.float32)


def test_the_scale_of_the_better_vectors_does_not_matter():
    better, ours = sample_vectors(2)
    _, matrix = fit_whitening(ours, ours, better)
    assert fit_whitening(ours, ours, better * 7)[1] == pytest.approx(matrix, rel=1e-3, abs=1e-4)


def test_constant_direction_stays_finite():
    better, ours = sample_vectors(3)
    flat = np.concatenate([ours, np.ones((TEXTS, 1), np.float32)], axis=1)
    _, matrix = fit_whitening(flat, flat, better)
    assert np.isfinite(matrix).all()
