"""Context of the reliability diagram of ``harken evaluate --plot``."""

from dataclasses import dataclass
from typing import Protocol

from templates.contexts.base import Context


class ReliabilityBin(Protocol):
    """The predictions with a confidence in (low, high]; all values but the count are 0 to 1."""

    @property
    def low(self) -> float:
        """The exclusive lower bound."""

    @property
    def high(self) -> float:
        """The inclusive upper bound."""

    @property
    def count(self) -> int:
        """The number of predictions."""

    @property
    def confidence(self) -> float:
        """The mean confidence of the predictions."""

    @property
    def right(self) -> float:
        """The accuracy: the share of correct predictions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Context):
    """The confidence of one model against its accuracy; ``before``: without calibration."""

    task: str
    model: str
    rows: int
    bins: tuple[ReliabilityBin, ...]
    before: tuple[ReliabilityBin, ...]  # empty: unknown
    error: float  # expected calibration error, 0 to 1
    error_before: float | None
