"""Results on stdout, talk on stderr; with --json one object with the keys of the contract."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import typer

from core.errors import ConfigError
from core.timestamps import iso

SCHEMA: Final = 1


def show(
    verb: str,
    result: Mapping[str, Any],
    lines: Iterable[str],
    *,
    now: datetime,
    as_json: bool,
    ok: bool = True,
) -> None:
    """Print *result* as JSON, or the *lines* for people; exit with 1 where not *ok*."""
    if as_json:
        head = {"schema": SCHEMA, "verb": verb, "ok": ok, "at": iso(now)}
        print(dumps(head | dict(result)), flush=True)
    else:
        for line in lines:
            print(line)
    if not ok:
        raise typer.Exit(1)


def dumps(value: object) -> str:
    """JSON with instants as ISO 8601 and no escapes but the needed ones."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def talk(line: str) -> None:
    """Say something to the person at the terminal; never part of a result."""
    print(line, file=sys.stderr, flush=True)


def write(path: Path, text: str) -> None:
    """Write the file that the person at the terminal named.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}).") from None


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows as lines with aligned columns."""
    listed = list(rows)
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in listed
    ]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
