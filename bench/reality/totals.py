"""Totals of an area, its verdict, and the exit status of a run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bench.reality.results import AreaReport, KindCounts

ALL_RIGHT: Final = 0
SOME_WRONG: Final = 1
INCOMPLETE: Final = 2

GRADED_AREA: Final = "nlp"
"""The area whose inputs are a sample: its shares are judged, not its single rows."""
LEAST_SHARE_OF_A_KIND: Final = 0.50
LEAST_SHARE_OF_ALL: Final = 0.70


@dataclass(frozen=True, slots=True)
class Outcome:
    """One area after it was played.

    Attributes:
        inputs: the number of inputs; None: unknown, the player ended before it counted them.
    """

    area: str
    inputs: int | None
    report: AreaReport

    @property
    def right(self) -> int:
        """The number of inputs answered as they demand."""
        return sum(counts["right"] for counts in self.report.values())

    @property
    def wrong(self) -> int:
        """The number of inputs answered otherwise."""
        return sum(counts["wrong"] for counts in self.report.values())

    @property
    def skipped(self) -> int:
        """The number of inputs that cannot be played on this machine."""
        return sum(counts["skipped"] for counts in self.report.values())

    @property
    def is_complete(self) -> bool:
        """True if right, wrong and skipped add up to the number of inputs."""
        return self.right + self.wrong + self.skipped == self.inputs

    @property
    def is_right(self) -> bool:
        """True if nothing is wrong; of the graded area, if no share is under its limit."""
        if self.area == GRADED_AREA:
            return not any(_below_limit(self.report))
        return not self.wrong


def exit_status(outcomes: Iterable[Outcome]) -> int:
    """Return 2 if an area is incomplete or there is none, else 1 if one is wrong, else 0."""
    areas = list(outcomes)
    if not areas or not all(outcome.is_complete for outcome in areas):
        return INCOMPLETE
    return ALL_RIGHT if all(outcome.is_right for outcome in areas) else SOME_WRONG


def summary(outcome: Outcome) -> str:
    """Return one line for people: the counts of *outcome* beside the number of inputs."""
    counts = f"{outcome.right} right, {outcome.wrong} wrong, {outcome.skipped} skipped"
    inputs = "an unknown number" if outcome.inputs is None else outcome.inputs
    return f"{outcome.area}: {counts} of {inputs}"


def _below_limit(report: AreaReport) -> Iterator[bool]:
    for counts in report.values():
        yield _share(counts) < LEAST_SHARE_OF_A_KIND
    right = sum(counts["right"] for counts in report.values())
    wrong = sum(counts["wrong"] for counts in report.values())
    yield _ratio(right, wrong) < LEAST_SHARE_OF_ALL


def _share(counts: KindCounts) -> float:
    return _ratio(counts["right"], counts["wrong"])


def _ratio(right: int, wrong: int) -> float:
    """Return the share of right answers; 1 where there are none at all."""
    return right / (right + wrong) if right + wrong else 1.0
