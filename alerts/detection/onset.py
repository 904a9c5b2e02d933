"""Where the excess began, estimated backwards from the moment it was found. Pure.

From onset tau on, negative voices come at the usual rate plus an excess that starts as a step, as a
straight ramp or as a parabola (A (t - tau)**k with k = 0, 1, 2; A by maximum likelihood). Each
bucket is weighed as onset by its Poisson likelihood, all k alike likely, and by exp(-age / 45 min):
a lonely earlier voice is rather an ordinary one than the beginning. The estimate is the median of
these weights.
"""

from typing import Final

import numpy as np

from alerts.detection.seasonality import Floats, Ints

SHAPES: Final = (0, 1, 2)
# Buckets: the age to expect beforehand. Over 1500 simulated ramps 6 to 18 date alike in the median
# (5 to 12 minutes); 9 strays 87 minutes early and 95 late at most.
EXPECTED_AGE: Final = 9
CROWD_WINDOW: Final = 13  # buckets: half an hour before and after
ITERATIONS: Final = 12  # of the fixed-point iteration for A; more change no estimate


def estimate_onset(negative: Ints, means: Floats) -> int:
    """The bucket in which the excess of *negative* voices over *expected* ones began.

    Both of shape (buckets,), oldest first, ending where or soon after the crisis was found;
    *expected* is above 0.
    """
    weight = np.logaddexp.reduce([_likelihood(negative, means, k) for k in SHAPES], axis=0)
    weight += np.arange(len(negative)) / EXPECTED_AGE
    cumulative = np.cumsum(np.exp(weight - weight.max()))
    return int(np.searchsorted(cumulative, cumulative[-1] / 2))


def crowd_negatives(negative: Ints, others: Ints, usual: Floats, usual_share: float) -> Floats:
    """The negative voices a bucket that come with a crowd of *others*, who are not negative.

    Where many rejoice, some grumble and some are misread: that is no crisis yet. A crowd is what
    exceeds twice the *usual* others in the hour around a bucket; who rejoices is half as sour as
    *usual_share* says. Half as many others as *negative* voices are none: a crisis has them too,
    misread the other way.
    """
    kernel = np.ones(CROWD_WINDOW) / CROWD_WINDOW
    excess = np.pad(others - negative / 2 - 2 * usual, CROWD_WINDOW)
    crowd = np.maximum(np.convolve(excess, kernel, mode="same")[CROWD_WINDOW:-CROWD_WINDOW], 0.0)
    voices: Floats = crowd * usual_share / 2
    return voices


def _likelihood(negative: Ints, means: Floats, shape: int) -> Floats:
    """Log-likelihood ratio of an excess of *shape* that begins in each bucket (buckets,)."""
    buckets = np.arange(len(negative))
    age = buckets - buckets[:, None]
    growth = np.where(age >= 0, (np.maximum(age, 0) + 0.5) ** shape, 0.0)
    total = growth.sum(axis=1)
    amount = np.maximum(((age >= 0) * (negative - means)).sum(axis=1), 0.5) / total
    for _ in range(ITERATIONS):
        excess = amount[:, None] * growth
        amount = (negative * excess / (excess + means)).sum(axis=1) / total
    gain = negative * np.log1p(amount[:, None] * growth / means)
    likelihood: Floats = gain.sum(axis=1) - amount * total
    return likelihood
