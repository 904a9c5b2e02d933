"""The gain of one set of predictions over another on the same texts, with its standard error.

The standard error is that of a paired bootstrap: both sets are measured on the same draws of texts.
For accuracy it is the standard error behind McNemar's test; unlike that it also holds for macro-F1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

DRAWS: Final = 2000
SEED: Final = 15

Counts = np.ndarray[Any, np.dtype[np.float64]]  # (draws, texts): how often a draw has a text
Metric = Callable[[Counts], np.ndarray[Any, np.dtype[np.float64]]]  # to one value a draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A difference of a metric."""

    value: float
    standard_error: float

    @property
    def is_reliable(self) -> bool:
        """True if the gain exceeds its standard error."""
        return self.value > self.standard_error


def paired_gain(before: Metric, after: Metric, count: int) -> Gain:
    """Return the gain of *after* over *before* on *count* texts. Deterministic."""
    random = np.random.default_rng(SEED)
    draws = random.multinomial(count, np.full(count, 1 / count), size=DRAWS).astype(np.float64)
    everything = np.ones((1, count))
    return Gain(
        value=float((after(everything) - before(everything))[0]),
        standard_error=float(np.std(after(draws) - before(draws), ddof=1)),
    )
