"""What the reliability diagram of ``harken evaluate --plot`` shows."""

from dataclasses import dataclass
from typing import Protocol

from templates.contexts.base import Context


class ReliabilityBin(Protocol):
    """The answers whose confidence lies in (low, high]; all but the count from 0 to 1."""

    @property
    def low(self) -> float:
        """Where it begins."""

    @property
    def high(self) -> float:
        """Where it ends."""

    @property
    def count(self) -> int:
        """How many answers it holds."""

    @property
    def confidence(self) -> float:
        """Their mean confidence."""

    @property
    def right(self) -> float:
        """The share of them that is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Context):
    """One model's confidence beside how often it was right; *before*: without calibration."""

    task: str
    model: str
    rows: int
    bins: tuple[ReliabilityBin, ...]
    before: tuple[ReliabilityBin, ...]  # empty: not known
    error: float  # expected calibration error, 0 to 1
    error_before: float | None
