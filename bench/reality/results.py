"""Results of played inputs, and the report that they add up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

SEEN_LIMIT = 500
"""Most characters of an answer that a report keeps; the rest is cut off."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One played input.

    Attributes:
        kind: the letter or word under which the area's README names the rule.
        id: unique within the area; stable from run to run.
        right: whether the product answered as the input demands; None: skipped.
        seen: the product's answer in short, or the reason why the case was skipped.
    """

    kind: str
    id: str
    right: bool | None
    seen: str


class CaseRow(TypedDict):
    """One case in the report; `right` is None where it was skipped."""

    id: str
    right: bool | None
    seen: str


class KindCounts(TypedDict):
    """The cases of one kind and how many of them were right, wrong and skipped."""

    right: int
    wrong: int
    skipped: int
    cases: list[CaseRow]


AreaReport = dict[str, KindCounts]
"""The counts of one area by kind, in the order in which the kinds were first played."""


def report(results: Iterable[CaseResult]) -> AreaReport:
    """Group *results* by kind and count them."""
    area: AreaReport = {}
    for result in results:
        empty = KindCounts(right=0, wrong=0, skipped=0, cases=[])
        counts = area.setdefault(result.kind, empty)
        _count(counts, result)
        seen = result.seen[:SEEN_LIMIT]
        counts["cases"].append(CaseRow(id=result.id, right=result.right, seen=seen))
    return area


def _count(counts: KindCounts, result: CaseResult) -> None:
    if result.right is None:
        counts["skipped"] += 1
    elif result.right:
        counts["right"] += 1
    else:
        counts["wrong"] += 1
