"""What makes the un-adapted vectors of an encoder tell what a text is about, not what it is like.

All of e5's vectors point nearly the same way, and they differ most by length and language. Two
things mend that, both linear, so that one matrix does it: the directions in which texts differ most
are drawn in (whitening, arXiv:2103.15316), and what remains is turned to where a better encoder,
which reads English alone, sees English texts. Other languages follow, for e5 puts a sentence and
its translation side by side (in arXiv:2004.09813 the whole encoder is trained to that end).
"""

from typing import Any, Final

import numpy as np

# The weight of the whitened vectors beside the turned ones. From 0.5 to 1.5 Banking77's test reads
# nearly the same (docs/topics.md); with more, other languages are found more surely, English less.
WHITENING_WEIGHT: Final = 1.0
_VARIANCE_FLOOR: Final = 0.1  # of the median variance: what is added, since the smallest are noise
_RIDGE: Final = 1e-5  # of the total variance of the texts: keeps the regression from noise

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Matrix = np.ndarray[Any, np.dtype[np.float64]]


def fit_whitening(
    vectors: Vectors, english: Vectors, reference: Vectors
) -> tuple[Vectors, Vectors]:
    """What to take from each vector, and the symmetric matrix to multiply the rest by.

    Args:
        every: unit vectors (texts, width) of texts in all languages.
        english: unit vectors of English texts.
        better: those of the better encoder, of the same English texts, of any width.
    """
    mean = vectors.mean(axis=0)
    deviations = vectors - mean
    whitening_map, regression_map = _whitening_map(deviations), _regression_map(english, reference)
    # A matrix M makes cosines of v @ (M @ M.T) @ w: two kinds of them are added as such products.
    product = _normalize_scale(
        regression_map @ regression_map.T, deviations
    ) + WHITENING_WEIGHT * _normalize_scale(whitening_map @ whitening_map.T, deviations)
    return mean, _root(product).astype(np.float32)


def _whitening_map(deviations: Vectors) -> Matrix:
    """Makes *rest* vary alike in all directions."""
    variances, axes = np.linalg.eigh(np.cov(deviations.T))
    matrix: Matrix = (axes / np.sqrt(variances + _VARIANCE_FLOOR * np.median(variances))) @ axes.T
    return matrix


def _regression_map(english: Vectors, reference: Vectors) -> Matrix:
    """The ridge regression of the *better* vectors on the *english* ones, both centred."""
    inputs, outputs = (vectors - vectors.mean(axis=0) for vectors in (english, reference))
    product = inputs.T @ inputs
    ridge = _RIDGE * np.trace(product) * np.eye(len(product))
    matrix: Matrix = np.linalg.solve((product + ridge).astype(np.float64), inputs.T @ outputs)
    return matrix


def _normalize_scale(product: Matrix, deviations: Vectors) -> Matrix:
    """*product* such that the mean of v @ product @ v over *rest* is 1."""
    unit_product: Matrix = product / np.mean(
        np.einsum("ij,jk,ik->i", deviations, product, deviations)
    )
    return unit_product


def _root(product: Matrix) -> Matrix:
    """The symmetric matrix whose square is the positive *product*."""
    squares, axes = np.linalg.eigh(product)
    root: Matrix = (axes * np.sqrt(np.maximum(squares, 0.0))) @ axes.T
    return root
