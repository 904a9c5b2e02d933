"""Figures of ``harken evaluate`` for people."""

from collections.abc import Mapping
from typing import Any, Final

from harken.commands.tables import Output, Table, fact_list

# Keys whose values are figures of each class, language or value; the name of their first column.
_TABLES: Final = (("per_class", "class"), ("per_language", "language"), ("per_value", "value"))
_IN_SENTENCES: Final = frozenset({"comparison", "fit"})
_OPTIONAL: Final = frozenset({"by", "topic_rule"})  # left out where they are empty


def figures_output(figures: Mapping[str, Any]) -> list[Output]:
    """Return the single figures as facts, and a table for those of each class, language, value."""
    not_single = {name for name, _ in _TABLES} | _IN_SENTENCES
    facts = [
        f"{name}: {format_figure(value)}"
        for name, value in figures.items()
        if name not in not_single and (value or name not in _OPTIONAL)
    ]
    output = fact_list(facts)
    for name, column in _TABLES:
        if figures.get(name):
            header = figures["by"] if name == "per_value" else column
            output += ["", _table(figures[name], header)]
    return output


def _table(rows: Mapping[str, Mapping[str, Any]], column: str) -> Table:
    """Return *rows* as a table whose first column, named *column*, has their keys."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    cells = [(label, *(format_figure(row.get(n)) for n in names)) for label, row in rows.items()]
    return Table(columns=(column, *names), rows=cells)


def format_figure(figure: object) -> str:
    """Return *figure* with three digits after the point, an unknown one as "unknown"."""
    if isinstance(figure, dict):
        return ", ".join(f"{name} {format_figure(value)}" for name, value in figure.items())
    if isinstance(figure, float):
        return f"{figure:.3f}"
    return "unknown" if figure is None else str(figure)
