"""Files of labelled texts, JSON lines, plain or .gz: whatever is wrong is told with its place."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from harken.jsontext import column_of, parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One row and where it stands."""

    file: Path
    line: int  # from 1
    text: str  # the line itself
    row: dict[str, Any]

    def place(self, key: str) -> str:
        """``file:line:column`` of the value of *key*, of the row itself where it has none."""
        return f"{self.file}:{self.line}:{column_of(self.text, key)}"


def labelled(file: Path) -> list[Labelled]:
    """The rows of *file*, in order; empty lines are passed over.

    Raises:
        ConfigError: it cannot be read, or a line is no object with a text.
    """
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            return list(_rows(file, lines))
    except FileNotFoundError:
        raise ConfigError(f"{file}: there is no such file.") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ConfigError(f"{file}: cannot be read ({type(error).__name__}).") from None


def _rows(file: Path, lines: Iterator[str]) -> Iterator[Labelled]:
    for number, whole in enumerate(lines, start=1):
        line = whole.rstrip(
            "\r\n"
        )  # or what is missing at its end would be missed on the next line
        if line.strip():
            yield Labelled(file=file, line=number, text=line, row=_row(file, number, line))


def _row(file: Path, number: int, line: str) -> dict[str, Any]:
    row = parsed(line, file, first=number)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ConfigError(f'{file}:{number}:1: should be an object with "text" and "label".')
    return row
