"""Types for fields of foreign JSON: a value of another type is a missing one, not an error.

Servers and plugins send null, ``false``, ``""`` or ``[]`` for what they lack, numbers as texts and
texts as numbers, and PHP sends an empty object as an array.
"""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from crawlers.dates.reader import DateReading, read_api_date
from crawlers.json_rows import array_of_value

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


def time_of_value(value: Any) -> DateReading:
    """Return the date of a text or of a number, in UTC; all other values state none."""
    return read_api_date(text_of_value(value))


def flag_of_value(value: Any) -> bool:
    """Return True for true, 1 and the texts "true" and "1"."""
    return text_of_value(value).lower() in ("1", "true") or value is True


def object_of_value(value: Any) -> Any:
    """Return an object unchanged, and an empty one for all other values."""
    return value if isinstance(value, dict) else {}


def objects_of_value(value: Any) -> list[Any]:
    """Return the objects of an array, or of an object with numbers as keys; [] otherwise."""
    rows = array_of_value(value)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


REQUIRED: Final[Any] = Field(min_length=1, validate_default=True)  # of a text that is not ""
Text = Annotated[str, BeforeValidator(text_of_value)]
RequiredText = Annotated[str, BeforeValidator(text_of_value), REQUIRED]
Count = Annotated[int | None, BeforeValidator(count_of_value)]
Time = Annotated[DateReading, BeforeValidator(time_of_value)]
Flag = Annotated[bool, BeforeValidator(flag_of_value)]
NO_TIME: Final = DateReading(None)  # default of a Time
OBJECT: Final = BeforeValidator(object_of_value)  # of an annotated model without required fields
OBJECTS: Final = BeforeValidator(objects_of_value)  # of an annotated list of such models
