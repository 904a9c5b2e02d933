"""Deviation of a number from its normal level, for numbers of rare and independent events. Pure."""

from math import sqrt


def poisson_z(count: int, usual: float) -> float:
    """Return the standard deviations of *count* above a Poisson mean of *usual* (Anscombe 1948)."""
    return 2 * (sqrt(count + 0.375) - sqrt(usual + 0.375))
