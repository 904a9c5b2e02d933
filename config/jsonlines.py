"""JSON and files of JSON lines that somebody else wrote; a mistake is told with its place."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError

_GAP: Final = re.compile(r"[\s:,]*")


def parse_json(text: str, path: Path, *, first_line: int = 1) -> Any:
    """*text* as JSON; *first* is the number of its first line in the file at *path*.

    Raises:
        ConfigError: it is none; ``file:line:column: not JSON: what``.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        position = f"{path}:{first_line + error.lineno - 1}:{error.colno}"
        raise ConfigError(f"{position}: invalid JSON: {error.msg}.") from None
    except (RecursionError, ValueError) as error:  # nested too deeply; a number of 5,000 digits
        raise ConfigError(f"{path}:{first_line}:1: invalid JSON: {type(error).__name__}.") from None


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of the file at *path*, plain or .gz, from 1 on and without their ends.

    Raises:
        ConfigError: it cannot be read.
    """
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8") as lines:
            for line_number, line in enumerate(lines, start=1):
                # Or what is missing at the end of a line would be missed on the next one.
                yield line_number, line.rstrip("\r\n")
    except FileNotFoundError:
        raise ConfigError(f"{path}: file not found.") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read ({type(error).__name__}).") from None


def column_of(text: str, key: str) -> int:
    """Where the value of *key* begins in *text*, one JSON object that parses; 1 where it has none.

    Columns count characters from 1. Of a key that stands twice it is the last, as JSON is read.
    """
    decoder, column = json.JSONDecoder(), 1
    at = text.index("{") + 1
    while text[(at := _skip_gap(text, at))] != "}":
        name, at = decoder.raw_decode(text, at)
        at = _skip_gap(text, at)
        column = at + 1 if name == key else column
        _, at = decoder.raw_decode(text, at)
    return column


def _skip_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at
