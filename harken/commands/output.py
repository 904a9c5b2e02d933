"""Output of commands: results on stdout, messages on stderr.

With --json the result is one object with the keys of docs/json.md.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import typer

from core.errors import ConfigError
from core.timestamps import format_utc

SCHEMA: Final = 1


def print_result(
    verb: str,
    result: Mapping[str, Any],
    lines: Iterable[str],
    *,
    now: datetime,
    as_json: bool,
    ok: bool = True,
) -> None:
    """Print *result* as JSON if *as_json*, else *lines*. Exit with status 1 if not *ok*.

    Raises:
        Exit: with status 1, if not *ok*.
    """
    if as_json:
        envelope = {"schema": SCHEMA, "verb": verb, "ok": ok, "at": format_utc(now)}
        print(dumps(envelope | dict(result)), flush=True)
    else:
        for line in lines:
            print(line)
    if not ok:
        raise typer.Exit(1)


def dumps(value: object) -> str:
    """Return *value* as JSON, with times as ISO 8601 and non-ASCII characters as they are."""
    return json.dumps(value, default=_json_value, ensure_ascii=False)


def print_err(line: str) -> None:
    """Print a message for people on stderr; it is never part of a result."""
    print(line, file=sys.stderr, flush=True)


def write_file(path: Path, text: str) -> None:
    """Write *text* to *path*, which an option named.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}).") from None


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return *rows* as lines with aligned columns."""
    all_rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*all_rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in all_rows
    ]


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return format_utc(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
