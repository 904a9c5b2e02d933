"""The JSON document inside a response: PHP notices, scripts and comments may stand around it."""

import json
import re
from typing import Any, Final

from core.errors import PermanentError

_DECODER: Final = json.JSONDecoder(strict=False)  # line breaks inside strings are harmless
_NOISE: Final = re.compile(r"<!--.*?(?:-->|\Z)|<script\b.*?(?:</script\s*>|\Z)", re.DOTALL)
_HTML_PAGE: Final = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
# The start of an object or of an array of objects; an empty array only at the end of a line of its
# own, as notices quote code like `foo[]`.
_START: Final = re.compile(r"(\[\s*\{|\{\s*\")|(?:^|>)[ \t]*(\[)\s*\]\s*$", re.MULTILINE)
_VALUE: Final = re.compile(r"[\[{]\s*(?:[\[{\"\]}]|null\b|true\b|false\b)")


def load_json(text: str, description: str) -> Any:
    """Return the value of the JSON document in *text*; *description* names it in the error.

    Raises:
        PermanentError: *text* is empty, a web page, or its JSON is invalid or cut off.
    """
    if not (text := text.strip()):
        raise PermanentError(f"not {description}: the response is empty")
    try:
        return _load(text)
    except (ValueError, RecursionError) as error:
        raise PermanentError(f"not {description}: invalid JSON ({type(error).__name__})") from None


def _load(text: str) -> Any:
    if _VALUE.match(text):
        return _DECODER.raw_decode(text)[0]
    try:
        return json.loads(text)
    except ValueError:
        content = _NOISE.sub("\n", text)
        if (start := _start(content)) is None:
            raise
        return _DECODER.raw_decode(content, start)[0]


def _start(content: str) -> int | None:
    """Return the position of the JSON in *content*; None if there is none, or only in a page."""
    match = _START.search(content)
    if match is None or match.lastindex is None:
        return None
    start = match.start(match.lastindex)
    return None if _HTML_PAGE.search(content, 0, start) else start
