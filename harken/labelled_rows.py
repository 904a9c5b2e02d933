"""Reader of labelled texts, JSON lines, plain or .gz; every error names its line and column."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.jsonlines import column_of, numbered_lines, parse_json
from core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRow:
    """Row of a file, with its location."""

    file: Path
    line: int  # from 1
    text: str  # the line itself
    row: dict[str, Any]

    def location(self, key: str) -> str:
        """Return ``file:line:column`` of the value of *key*; without one, of the row."""
        return f"{self.file}:{self.line}:{column_of(self.text, key)}"


def read_labelled_rows(file: Path) -> list[LabelledRow]:
    """Return the rows of *file*, in order; empty lines are skipped.

    Raises:
        ConfigError: the file cannot be read, or a line is not an object with a text.
    """
    return [
        LabelledRow(file=file, line=line_number, text=line, row=_row(file, line_number, line))
        for line_number, line in numbered_lines(file)
        if line.strip()
    ]


def _row(file: Path, line_number: int, line: str) -> dict[str, Any]:
    row = parse_json(line, file, first_line=line_number)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ConfigError(f'{file}:{line_number}:1: should be an object with "text" and "label".')
    return row
