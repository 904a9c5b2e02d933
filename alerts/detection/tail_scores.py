"""Tail probabilities of numbers and shares of voices, as -log10. Pure.

Axes, unless noted: (buckets, windows, units), or (buckets, windows, streams, units).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc, log_ndtr

from alerts.detection.seasonality import Floats

WINDOWS: Final = (3, 12, 72)  # buckets: 15 minutes, 1 hour, 6 hours
MAX_WINDOW: Final = max(WINDOWS)
MAX_SCORE: Final = 60.0  # -log10: smaller probabilities are not distinguished
NOMINAL_TAIL: Final = 2.30  # -log10(0.005): the score that one bucket in 200 should reach by chance
MAX_NOISE_FACTOR: Final = 4.0  # limits the tolerance for a noisy unit (measured: costs nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSums:
    """Observed and expected voices in the windows that end with each bucket; all four axes."""

    observed: Floats
    expected: Floats


def rolling_sums(series: Floats, first: int) -> Floats:
    """Return sums of *series* (buckets, …) over each window, for the buckets from *first* on.

    *first* must be at least the longest window minus one: every window must be complete.
    """
    total = np.concatenate([np.zeros((1, *series.shape[1:])), np.cumsum(series, axis=0)])
    ends = total[first + 1 :]
    starts = [total[first + 1 - width : len(total) - width] for width in WINDOWS]
    return np.stack([np.maximum(ends - start, 0.0) for start in starts], axis=1)


def excess_score(counts: Floats, means: Floats, spread: Floats) -> Floats:
    """Return -log10 P[NB >= counts] for the mean *means* and variance means + spread * means**2.

    With size r = 1 / spread the upper tail is the regularised incomplete beta function
    I(counts, r) at means / (means + r). Without an excess the score is 0.
    """
    score = np.zeros_like(counts)
    has_excess = counts > means
    mean, size = means[has_excess], 1.0 / np.broadcast_to(spread, counts.shape)[has_excess]
    tail = betainc(counts[has_excess], size, mean / (mean + size))
    score[has_excess] = -np.log10(np.maximum(tail, 10.0**-MAX_SCORE))
    return score


def share_score(
    negative: Floats, voices: Floats, usual_share: Floats, correlation: Floats
) -> Floats:
    """Return -log10 P[share >= negative / voices], by the normal tail of a beta-binomial.

    z = (N - Y p - 1/2) / sqrt(Y p (1 - p) (1 + (Y - 1) rho)) for N *negative* of Y *voices*, the
    *usual_share* p and the *correlation* rho (agreement of the voices of one window beyond chance).
    Below the usual share: 0.
    """
    # A voice may turn negative: scored before the window, negative in it.
    trials = np.maximum(voices, negative)
    variance = (
        trials * usual_share * (1 - usual_share) * (1 + np.maximum(trials - 1, 0) * correlation)
    )
    z = (negative - trials * usual_share - 0.5) / np.sqrt(variance + 1e-9)
    tail: Floats = np.minimum(-log_ndtr(-np.maximum(z, 0)) / np.log(10), MAX_SCORE)
    return np.where(z > 0, tail, 0.0)


def noise_factor(tail: Floats) -> Floats:
    """Return the divisor of scores with the 99.5 % quantile *tail*: 1 to ``MAX_NOISE_FACTOR``."""
    factor: Floats = np.clip(tail / NOMINAL_TAIL, 1.0, MAX_NOISE_FACTOR)
    return factor
