"""nlp.prior_regression: the minimum of the loss, and rows without weight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.prior_regression import (
    PRIOR_STRENGTH,
    class_probabilities,
    fit_from_prior,
)

WIDTH = 6
FEW = settings(max_examples=10)


def problem(seed, *, classes=3, n=12):
    """Return a prior, rows around other directions, their labels and weights."""
    random = np.random.default_rng(seed)
    prior, truth = random.normal(size=(2, classes, WIDTH)).astype(np.float32)
    labels = np.arange(n) % classes
    rows = truth[labels] + random.normal(scale=0.3, size=(n, WIDTH)).astype(np.float32)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return prior, unit, labels, np.ones(n, np.float32)


def loss(weights, prior, rows, labels, counts):
    """Return the loss by the formula in the docstring of the module."""
    surprise = -np.log(class_probabilities(rows @ weights.T)[np.arange(len(labels)), labels])
    return counts @ surprise + PRIOR_STRENGTH / 2 * np.sum((weights - prior) ** 2)


@pytest.mark.slow
@FEW
@given(st.integers(0, 10**6))
def test_result_is_a_minimum(seed):
    """The loss is convex: a point that no small step improves is the minimum."""
    inputs = problem(seed)
    weights = fit_from_prior(*inputs)
    random = np.random.default_rng(seed)
    steps = random.normal(scale=0.02, size=(20, *weights.shape))
    best = loss(weights, *inputs)
    assert best <= loss(inputs[0], *inputs) + 1e-3
    assert all(best <= loss(weights + step, *inputs) + 1e-3 for step in steps)


@FEW
@given(st.integers(0, 10**6))
def test_rows_without_weight_leave_the_prior(seed):
    prior, rows, labels, counts = problem(seed)
    assert fit_from_prior(prior, rows, labels, counts * 0) == pytest.approx(prior, abs=1e-5)


@pytest.mark.slow
@FEW
@given(st.integers(0, 10**6), st.permutations(range(12)))
def test_the_order_of_the_rows_does_not_matter(seed, order):
    prior, rows, labels, counts = problem(seed)
    weights_of_permuted_rows = fit_from_prior(prior, rows[order], labels[order], counts[order])
    assert weights_of_permuted_rows == pytest.approx(
        fit_from_prior(prior, rows, labels, counts), abs=2e-3
    )


@pytest.mark.slow
@FEW
@given(st.integers(0, 10**6))
def test_many_rows_outweigh_a_different_prior(seed):
    prior, rows, labels, counts = problem(seed, n=300)
    predictions = class_probabilities(rows @ fit_from_prior(prior, rows, labels, counts).T).argmax(
        axis=1
    )
    before = class_probabilities(rows @ prior.T).argmax(axis=1)
    assert np.mean(predictions == labels) >= max(0.7, np.mean(before == labels))


def test_a_single_class_leaves_the_prior():
    prior, rows, labels, counts = problem(1, classes=1)
    assert fit_from_prior(prior, rows, labels, counts) == pytest.approx(prior, abs=1e-6)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=5))
def test_shares_are_probabilities_in_the_order_of_the_cosines(cosines):
    weights = class_probabilities(np.array([cosines], np.float32))[0]
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    in_order = weights[np.argsort(cosines)]
    assert (np.diff(in_order) >= -1e-6).all()  # of cosines that differ by less the shares are equal
