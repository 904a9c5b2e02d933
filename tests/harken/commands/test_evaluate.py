"""``harken evaluate``: the text has every figure of the JSON."""

from harken.commands.evaluate import _output
from harken.commands.tables import Table, plain_lines

FIGURES = {
    "task": "sentiment",
    "n": 3,
    "accuracy": 0.66666,
    "temperature": None,
    "temperatures": {"de": 1.5, "en": 1.25},
    "per_class": {"negative": {"n": 1, "f1": 0.5}, "positive": {"n": 2, "f1": None}},
    "per_language": {"en": {"n": 3, "unscored": 0}},
}


def test_single_figures_are_lines_and_groups_are_tables():
    lines = [
        line
        for item in _output(FIGURES)
        for line in (plain_lines(item) if isinstance(item, Table) else [item])
    ]
    assert lines == [
        "task: sentiment",
        "n: 3",
        "accuracy: 0.667",
        "temperature: unknown",
        "temperatures: de 1.500, en 1.250",
        "",
        "class     n  f1",
        "negative  1  0.500",
        "positive  2  unknown",
        "",
        "language  n  unscored",
        "en        3  0",
    ]
