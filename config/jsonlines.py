"""JSON and files of JSON lines from other programs; an error has the place of the mistake."""

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
    """Parse *text* as JSON; *first_line* is its line number in the file at *path*.

    Raises:
        ConfigError: it is not JSON; ``file:line:column: invalid JSON: message``.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        position = f"{path}:{first_line + error.lineno - 1}:{error.colno}"
        raise ConfigError(f"{position}: invalid JSON: {error.msg}.") from None
    except (RecursionError, ValueError) as error:  # nested too deeply; a number of 5,000 digits
        raise ConfigError(f"{path}:{first_line}:1: invalid JSON: {type(error).__name__}.") from None


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of the file at *path*, plain or .gz, with their numbers from 1.

    Raises:
        ConfigError: the file cannot be read.
    """
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8") as lines:
            for line_number, line in enumerate(lines, start=1):
                # With its end, a line that is cut short would have its error on the next line.
                yield line_number, line.rstrip("\r\n")
    except FileNotFoundError:
        raise ConfigError(f"{path}: file not found.") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read ({type(error).__name__}).") from None


def column_of(text: str, key: str) -> int:
    """Return the column of the value of *key* in *text*, a valid JSON object; 1 without the key.

    Columns count characters from 1. If a key occurs twice, the last counts, as in JSON.
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
