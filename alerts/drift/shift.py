"""Shift of the mean score of the newest posts against the days before, in standard errors.

Scores vary from post to post, and the mood of a source varies from day to day. Both count:
posts of a day share a day effect, whose variance is estimated from the days before, and the effects
of two days are correlated by ``DAY_CORRELATION`` to the power of their distance. The shift is
estimated by generalized least squares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np

DAY_CORRELATION: Final = 0.6  # of the effects of two neighbouring days
# Standard deviation of the day effect that is assumed before anything is measured, and the days of
# measurement that it weighs.
PRIOR_DAY_SD: Final = 0.02
PRIOR_DAYS: Final = 10
# An estimate from some weeks of correlated days is too low at times: that would be a false alarm.
SAFETY_FACTOR: Final = 1.3

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class ScoreDay:
    """Sums over the scores of one UTC day, or of a part of it."""

    day: int  # days since 1970
    count: int
    total: float  # of the polarities
    squares: float  # of their squares

    @property
    def mean(self) -> float:
        """The mean polarity."""
        return self.total / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The difference between the newest posts and the days before them."""

    mean: float  # polarity of the newest posts
    reference: float  # expected polarity, from the days before
    change: float  # estimate of the shift
    z: float  # in standard errors


def measure_shift(reference: Sequence[ScoreDay], window: Sequence[ScoreDay]) -> Shift:
    """Return the shift of *window* against *reference*.

    Both have at least one day and no empty one; no day is in both.
    """
    post_variance = _post_variance(reference)
    cells = [*reference, *window]
    days = np.array([cell.day for cell in cells])
    counts = np.array([cell.count for cell in cells], float)
    means = np.array([cell.mean for cell in cells])
    distances = np.abs(days[:, None] - days[None, :])
    powers = DAY_CORRELATION ** np.arange(distances.max() + 1)
    covariance = _day_variance(reference, post_variance) * powers[distances]
    covariance += np.diag(post_variance / counts)
    is_new = np.arange(len(cells)) >= len(reference)
    design = np.stack([np.ones(len(cells)), is_new], axis=1)
    solution = np.linalg.solve(covariance, np.column_stack([design, means]))
    precision = design.T @ solution
    level, change = np.linalg.solve(precision[:, :2], precision[:, 2])
    error = sqrt(np.linalg.inv(precision[:, :2])[1, 1])
    return Shift(
        mean=float(means[is_new] @ counts[is_new] / counts[is_new].sum()),
        reference=float(level),
        change=float(change),
        z=float(change) / error,
    )


def _post_variance(days: Sequence[ScoreDay]) -> float:
    """Return the variance of a post within its day, never 0."""
    count = sum(day.count for day in days)
    spread = sum(day.squares - day.count * day.mean**2 for day in days)
    return max(spread / max(count - len(days), 1), 1e-4)


def _day_variance(days: Sequence[ScoreDay], post_variance: float) -> float:
    """Return the variance of the day effect by the method of moments (DerSimonian and Laird)."""
    counts = np.array([day.count for day in days], float)
    means = np.array([day.mean for day in days])
    weights = counts / post_variance
    level = weights @ means / weights.sum()
    excess = weights @ (means - level) ** 2 - (len(days) - 1)
    scale = weights.sum() - weights @ weights / weights.sum()
    estimate = max(float(excess / scale), 0.0) if scale > 0 else 0.0
    freedom = len(days) - 1
    variance = (PRIOR_DAYS * PRIOR_DAY_SD**2 + freedom * estimate) / (PRIOR_DAYS + freedom)
    return SAFETY_FACTOR * variance
