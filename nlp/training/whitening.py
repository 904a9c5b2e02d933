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
OWN: Final = 1.0
_LEAST: Final = 0.1  # of the median variance: what is added, since the smallest are noise
_RIDGE: Final = 1e-5  # of the total variance of the texts: keeps the regression from noise

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Matrix = np.ndarray[Any, np.dtype[np.float64]]


def levels(every: Vectors, english: Vectors, better: Vectors) -> tuple[Vectors, Vectors]:
    """What to take from each vector, and the symmetric matrix to multiply the rest by.

    Args:
        every: unit vectors (texts, width) of texts in all languages.
        english: unit vectors of English texts.
        better: those of the better encoder, of the same English texts, of any width.
    """
    centre = every.mean(axis=0)
    rest = every - centre
    own, turned = _white(rest), _turned(english, better)
    # A matrix M makes cosines of v @ (M @ M.T) @ w: two kinds of them are added as such products.
    product = _scaled(turned @ turned.T, rest) + OWN * _scaled(own @ own.T, rest)
    return centre, _root(product).astype(np.float32)


def _white(rest: Vectors) -> Matrix:
    """Makes *rest* vary alike in all directions."""
    variances, axes = np.linalg.eigh(np.cov(rest.T))
    matrix: Matrix = (axes / np.sqrt(variances + _LEAST * np.median(variances))) @ axes.T
    return matrix


def _turned(english: Vectors, better: Vectors) -> Matrix:
    """The ridge regression of the *better* vectors on the *english* ones, both centred."""
    seen, wanted = (one - one.mean(axis=0) for one in (english, better))
    product = seen.T @ seen
    ridge = _RIDGE * np.trace(product) * np.eye(len(product))
    matrix: Matrix = np.linalg.solve((product + ridge).astype(np.float64), seen.T @ wanted)
    return matrix


def _scaled(product: Matrix, rest: Vectors) -> Matrix:
    """*product* such that the mean of v @ product @ v over *rest* is 1."""
    scaled: Matrix = product / np.mean(np.einsum("ij,jk,ik->i", rest, product, rest))
    return scaled


def _root(product: Matrix) -> Matrix:
    """The symmetric matrix whose square is the positive *product*."""
    squares, axes = np.linalg.eigh(product)
    root: Matrix = (axes * np.sqrt(np.maximum(squares, 0.0))) @ axes.T
    return root
