"""nlp.training.whitening: vectors that tell what a text is about, as a better encoder does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.training.whitening import fit_whitening

WIDTH, TEXTS = 12, 600


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def worlds(seed):
    """What texts are about, as a better encoder sees it, and our view of it.

    Ours is turned, all of it points one way, and it differs most by what is no content.
    """
    chance = np.random.default_rng(seed)
    about = chance.normal(size=(TEXTS, WIDTH - 4))
    noise = chance.normal(size=(TEXTS, 4)) * 6
    turn = np.linalg.qr(chance.normal(size=(WIDTH, WIDTH)))[0]
    ours = np.concatenate([about, noise], axis=1) @ turn + 20 * turn[0]
    return unit(about).astype(np.float32), unit(ours).astype(np.float32)


def likeness(vectors, better):
    """How well cosines of *vectors* follow those of *better*: a correlation."""
    pairs = np.triu_indices(len(vectors), 1)
    return np.corrcoef((vectors @ vectors.T)[pairs], (better @ better.T)[pairs])[0, 1]


def applied(vectors, centre, spread):
    return unit((vectors - centre) @ spread)


@given(st.integers(0, 50))
def test_levelled_vectors_are_like_the_better_ones_also_of_texts_that_were_not_seen(seed):
    better, ours = worlds(seed)
    seen, new = slice(0, 300), slice(300, None)
    centre, spread = fit_whitening(ours[seen], ours[seen], better[seen])
    before = likeness(ours[new] - ours[seen].mean(axis=0), better[new])
    after = likeness(applied(ours[new], centre, spread), better[new])
    assert after > before + 0.3


def test_the_matrix_is_symmetric_and_as_precise_as_the_adapter_stores_it():
    better, ours = worlds(1)
    centre, spread = fit_whitening(ours, ours, better)
    assert centre.shape == (WIDTH,)
    assert spread == pytest.approx(spread.T, abs=1e-5)
    assert (centre.dtype, spread.dtype) == (np.float32, np.float32)


def test_the_scale_of_the_better_vectors_does_not_matter():
    better, ours = worlds(2)
    _, spread = fit_whitening(ours, ours, better)
    assert fit_whitening(ours, ours, better * 7)[1] == pytest.approx(spread, rel=1e-3, abs=1e-4)


def test_a_direction_in_which_no_text_differs_stays_finite():
    better, ours = worlds(3)
    flat = np.concatenate([ours, np.ones((TEXTS, 1), np.float32)], axis=1)
    _, spread = fit_whitening(flat, flat, better)
    assert np.isfinite(spread).all()
