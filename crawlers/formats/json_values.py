"""Types for fields of foreign JSON: a value of another type is a missing one, not an error.

Servers and plugins send null, ``false``, ``""`` or ``[]`` for what they lack, numbers as texts and
texts as numbers, and PHP sends an empty object as an array.
"""

import math
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from core.timestamps import parse_utc

_MILLISECONDS: Final = 1e11  # a larger Unix time is one in milliseconds: 1e11 s is the year 5138
_COUNT_DIGITS: Final = 19  # as many do not fit into 64 bits


def text_of_value(value: Any) -> str:
    """Return a text or a number as text without surrounding space; "" for all other values."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def count_of_value(value: Any) -> int | None:
    """Return a whole number of at least 0, also one in a text; None for all other values."""
    text = text_of_value(value)
    return int(text) if text.isdecimal() and len(text) < _COUNT_DIGITS else None


def time_of_value(value: Any) -> datetime | None:
    """Return an ISO date (without a zone: UTC) or a Unix time in UTC; None for all other values."""
    try:
        if isinstance(value, str):
            return parse_utc(value.strip())
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            seconds = value / 1_000 if abs(value) > _MILLISECONDS else value
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def flag_of_value(value: Any) -> bool:
    """Return True for true, 1 and the texts "true" and "1"."""
    return text_of_value(value).lower() in ("1", "true") or value is True


def object_of_value(value: Any) -> Any:
    """Return an object unchanged, and an empty one for all other values."""
    return value if isinstance(value, dict) else {}


def objects_of_value(value: Any) -> list[Any]:
    """Return the objects of an array, or of an object with numbers as keys; [] otherwise."""
    if isinstance(value, dict) and all(map(str.isdecimal, value)):
        value = list(value.values())
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


REQUIRED: Final[Any] = Field(min_length=1, validate_default=True)  # of a text that is not ""
Text = Annotated[str, BeforeValidator(text_of_value)]
RequiredText = Annotated[str, BeforeValidator(text_of_value), REQUIRED]
Count = Annotated[int | None, BeforeValidator(count_of_value)]
Time = Annotated[datetime | None, BeforeValidator(time_of_value)]
Flag = Annotated[bool, BeforeValidator(flag_of_value)]
OBJECT: Final = BeforeValidator(object_of_value)  # of an annotated model without required fields
OBJECTS: Final = BeforeValidator(objects_of_value)  # of an annotated list of such models
