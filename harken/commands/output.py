"""Output of commands: results on stdout, messages on stderr.

With --json the result is one object with the keys of docs/json.md.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import typer

from core.errors import ConfigError
from core.timestamps import format_utc
from harken.commands.tables import Output, print_output, printable

SCHEMA: Final = 1
# Characters that JSON allows in a string although a terminal obeys them: C1 controls, direction
# marks, line and paragraph separators.
_UNSAFE: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def print_result(
    verb: str,
    result: Mapping[str, Any],
    output: Iterable[Output],
    *,
    now: datetime,
    as_json: bool,
    ok: bool = True,
) -> None:
    """Print *result* as JSON if *as_json*, else *output*. Exit with status 1 if not *ok*.

    Raises:
        Exit: with status 1, if not *ok*.
    """
    if as_json:
        envelope = {"schema": SCHEMA, "verb": verb, "ok": ok, "at": format_utc(now)}
        print(dumps(envelope | dict(result)), flush=True)
    else:
        print_output(output)
    if not ok:
        raise typer.Exit(1)


def dumps(value: object) -> str:
    """Return *value* as JSON on one line, with times as ISO 8601.

    Non-ASCII characters stay as they are, except those that a terminal would obey.
    """
    text = json.dumps(value, default=_json_value, ensure_ascii=False)
    return _UNSAFE.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def print_err(line: str) -> None:
    """Print a message of one or more lines for people on stderr; it is never part of a result."""
    for part in line.split("\n"):
        print(printable(part), file=sys.stderr, flush=True)


def write_file(path: Path, text: str) -> None:
    """Write *text* to *path*, which an option named.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}).") from None


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return format_utc(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
