"""Whether something still grows: two stretches of time compared, chance allowed for. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from math import sqrt
from typing import Final

# If nothing changed, the later of two equal stretches holds half of the n voices, give or take
# sqrt(n) / 2; the difference then exceeds 1.28 sqrt(n) once in ten times (normal tail).
CHANCE_FACTOR: Final = 1.28


class Trend(StrEnum):
    """Where the number of voices is going."""

    RISING = "rising"
    LEVEL = "level"
    FALLING = "falling"


def classify_trend(counts: Sequence[int]) -> Trend:
    """The way of *pulse*: voices a stretch of equal length, oldest first, the last one complete.

    The last two stretches are compared with the two before; fewer than four are level.
    """
    before, now = sum(counts[-4:-2]), sum(counts[-2:])
    noise = CHANCE_FACTOR * sqrt(before + now)
    if len(counts) < 4 or abs(now - before) <= noise:  # noqa: PLR2004 -- two and two
        return Trend.LEVEL
    return Trend.RISING if now > before else Trend.FALLING
