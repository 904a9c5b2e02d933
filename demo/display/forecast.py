"""The time until a step is done, from its measured rate."""

import math
from typing import Final

MIN_MEASUREMENT_S: Final = 15.0  # batches end in jumps: a rate over less time is chance


class Rate:
    """The rate at which a count grows, from its first value above 0 on.

    Times are seconds from any fixed moment.
    """

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._newest: tuple[float, int] | None = None

    @property
    def per_second(self) -> float | None:
        """The rate until the newest change of the count; None: it has not grown yet."""
        return self.until(self._newest[0]) if self._newest else None

    def until(self, at: float) -> float | None:
        """Return the rate until *at*; None: the count has not grown yet."""
        if self._first is None or self._newest is None:
            return None
        return (self._newest[1] - self._first[1]) / (at - self._first[0])

    def duration(self, at: float) -> float:
        """Return the seconds from the first count to *at*."""
        return at - self._first[0] if self._first else 0.0

    def update(self, count: int, at: float) -> None:
        """Add the *count* at the time *at*."""
        if count and self._first is None:
            self._first = (at, count)
        elif self._first and count > (self._newest or self._first)[1]:
            self._newest = (at, count)


def forecast(rate: Rate, remaining: int, at: float) -> float | None:
    """Return the seconds until *remaining* more are done; None: too little was measured by *at*."""
    per_second = rate.until(at)
    if per_second is None or rate.duration(at) < MIN_MEASUREMENT_S:
        return None
    return remaining / per_second


def in_words(seconds: float) -> str:
    """Return a duration as a person states it."""
    minutes = math.ceil(seconds / 60)
    if minutes <= 1:
        return "less than a minute"
    return f"about {minutes} minutes"
