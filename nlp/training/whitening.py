"""Whitening and alignment of un-adapted vectors, for likeness by topic instead of by style.

All of e5's vectors point nearly the same way, and they differ most by length and language. Two
linear maps correct that, combined in one matrix. Whitening (arXiv:2103.15316) shrinks the
directions of most variance. A ridge regression aligns English texts with the vectors of a better,
English encoder. Other languages follow, since e5 puts a sentence and its translation side by side
(arXiv:2004.09813 trains the whole encoder for this).
"""

from typing import Any, Final

import numpy as np

# The weight of whitening beside alignment. From 0.5 to 1.5 the score on Banking77's test set is
# nearly the same (docs/topics.md); a higher weight helps other languages and harms English.
WHITENING_WEIGHT: Final = 1.0
_VARIANCE_FLOOR: Final = 0.1  # of the median variance, added to all: the smallest are noise
_RIDGE: Final = 1e-5  # of the total variance of the texts, against noise in the regression

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Matrix = np.ndarray[Any, np.dtype[np.float64]]


def fit_whitening(
    vectors: Vectors, english: Vectors, reference: Vectors
) -> tuple[Vectors, Vectors]:
    """Return the mean to subtract from vectors, and the symmetric matrix to multiply them by.

    Args:
        vectors: unit vectors (texts, width) of texts in all languages.
        english: unit vectors of English texts.
        reference: unit vectors of the better encoder for the same English texts, of any width.
    """
    mean = vectors.mean(axis=0)
    deviations = vectors - mean
    whitening_map, regression_map = _whitening_map(deviations), _regression_map(english, reference)
    # A matrix M makes the likeness of v and w v @ (M @ M.T) @ w: two kinds are added as products.
    product = _normalize_scale(
        regression_map @ regression_map.T, deviations
    ) + WHITENING_WEIGHT * _normalize_scale(whitening_map @ whitening_map.T, deviations)
    return mean, _root(product).astype(np.float32)


def _whitening_map(deviations: Vectors) -> Matrix:
    """Return the matrix under which *deviations* have nearly equal variance in all directions."""
    variances, axes = np.linalg.eigh(np.cov(deviations.T))
    matrix: Matrix = (axes / np.sqrt(variances + _VARIANCE_FLOOR * np.median(variances))) @ axes.T
    return matrix


def _regression_map(english: Vectors, reference: Vectors) -> Matrix:
    """Return the ridge regression of *reference* on *english*, both centred."""
    inputs, outputs = (vectors - vectors.mean(axis=0) for vectors in (english, reference))
    product = inputs.T @ inputs
    ridge = _RIDGE * np.trace(product) * np.eye(len(product))
    matrix: Matrix = np.linalg.solve((product + ridge).astype(np.float64), inputs.T @ outputs)
    return matrix


def _normalize_scale(product: Matrix, deviations: Vectors) -> Matrix:
    """Scale *product* to a mean of 1 for v @ product @ v over *deviations*."""
    unit_product: Matrix = product / np.mean(
        np.einsum("ij,jk,ik->i", deviations, product, deviations)
    )
    return unit_product


def _root(product: Matrix) -> Matrix:
    """Return the symmetric square root of the positive *product*."""
    squares, axes = np.linalg.eigh(product)
    root: Matrix = (axes * np.sqrt(np.maximum(squares, 0.0))) @ axes.T
    return root
