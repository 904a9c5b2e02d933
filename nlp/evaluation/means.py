"""Mean of the figures of several draws."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def mean_of_draws(draws: Sequence[Any]) -> Any:
    """Return the mean of *draws*: equally nested dictionaries of figures.

    Values that are equal in all draws stay as they are, such as counts and None; a None beside
    numbers is left out of their mean.
    """
    first = draws[0]
    if isinstance(first, dict):
        return {key: mean_of_draws([draw[key] for draw in draws]) for key in first}
    if all(other == first for other in draws):
        return first
    return float(np.mean([draw for draw in draws if draw is not None]))
