"""Comparison of two models on the rows of one file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from scipy.special import bdtr

from nlp.evaluation.evaluate import Report

MAX_P_VALUE: Final = 0.05  # of a difference that counts as reliable


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The second model of a comparison beside the first.

    Only rows on which one model is right and the other one wrong can show a difference.
    """

    model: str  # the second model
    accuracy: float  # of the second model, as its macro_recall
    macro_recall: float
    only_first_right: int  # rows
    only_second_right: int
    p_value: float  # of McNemar's exact test, two-sided: 0 to 1
    better: str | None  # name of the model that is reliably better; None: no reliable difference

    def as_json(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def compare(first: Report, second: Report) -> Comparison:
    """Compare two models by the first draw of *first* and *second*, reports on the same rows."""
    is_right, is_other_right = first.file.correct_mask(), second.file.correct_mask()
    only_first = int(np.sum(is_right & ~is_other_right))
    only_second = int(np.sum(is_other_right & ~is_right))
    p_value = mcnemar_p_value(only_first, only_second)
    models = (first.figures["model"], second.figures["model"])
    return Comparison(
        model=models[1],
        accuracy=second.figures["accuracy"],
        macro_recall=second.figures["macro_recall"],
        only_first_right=only_first,
        only_second_right=only_second,
        p_value=p_value,
        better=models[only_second > only_first] if p_value < MAX_P_VALUE else None,
    )


def mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of McNemar's exact test of two counts of discordant rows.

    It is the probability of counts at least as unequal as these if both were equally likely.
    """
    total = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), total, 0.5)))


def comparison_lines(report: Report, comparison: Comparison) -> Sequence[str]:
    """Return the comparison as sentences for people."""
    first = report.figures
    chance = f"McNemar's exact p = {comparison.p_value:.3g}"
    return (
        f"{first['model']}: accuracy {first['accuracy']:.3f}, "
        f"macro-recall {first['macro_recall']:.3f}",
        f"{comparison.model}: accuracy {comparison.accuracy:.3f}, "
        f"macro-recall {comparison.macro_recall:.3f}",
        f"Right only with the first: {comparison.only_first_right} rows, "
        f"only with the second: {comparison.only_second_right} rows.",
        f"No reliable difference in accuracy ({chance})."
        if comparison.better is None
        else f"Reliably better: {comparison.better} ({chance}).",
    )
