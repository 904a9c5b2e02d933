"""Trend of an incident: comparison of two time spans, with a margin for chance. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from math import sqrt
from typing import Final

# Without a change the later of two equal spans contains half of the n voices, with a standard
# deviation of sqrt(n) / 2; the difference exceeds 1.28 sqrt(n) once in ten times (normal tail).
CHANCE_FACTOR: Final = 1.28


class Trend(StrEnum):
    """Direction of the number of voices."""

    RISING = "rising"
    LEVEL = "level"
    FALLING = "falling"


def classify_trend(counts: Sequence[int]) -> Trend:
    """Return the trend of *counts*: voices in equal spans, oldest first, all complete.

    The last two spans are compared with the two before; fewer than four are level.
    """
    before, now = sum(counts[-4:-2]), sum(counts[-2:])
    noise = CHANCE_FACTOR * sqrt(before + now)
    if len(counts) < 4 or abs(now - before) <= noise:  # noqa: PLR2004 -- two and two
        return Trend.LEVEL
    return Trend.RISING if now > before else Trend.FALLING
