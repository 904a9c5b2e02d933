"""Parsing of foreign JSON arrays: an invalid row is counted, an invalid page is an error."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from core.crawl import DropReason
from core.errors import PermanentError
from crawlers.decoding.json_document import load_json
from crawlers.failure_reasons import message_of
from crawlers.html_text import is_html_page
from crawlers.text import make_valid

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class JsonRows(Generic[M]):
    """The rows of a page."""

    rows: tuple[M, ...]  # the valid ones, in the order of the page
    unreadable: int = 0  # rows without the required fields

    @property
    def count(self) -> int:
        """The number of rows that the server sent, for decisions on further pages."""
        return len(self.rows) + self.unreadable

    @property
    def drops(self) -> Mapping[str, int]:
        """The rows that give no post, as ``ParsedPage.row_drops``."""
        return {DropReason.UNREADABLE: self.unreadable} if self.unreadable else {}


def array_of_value(value: Any) -> Any:
    """Return an object with numbers as keys as an array; all other values as they are.

    PHP sends an array so if some of its rows were removed.
    """
    is_numbered = isinstance(value, dict) and value and all(map(str.isdecimal, value))
    return list(value.values()) if is_numbered else value


def parse_json_rows(text: str, model: type[M], description: str) -> JsonRows[M]:
    """Return the rows of the JSON array in *text*; *description* names them in the error.

    Raises:
        PermanentError: *text* has no JSON array, or it has rows and none is valid.
    """
    try:
        return JsonRows(tuple(_list_adapter(model).validate_json(text)))
    except ValidationError:
        return _parse_row_by_row(text, model, description)


@cache
def _list_adapter(model: type[M]) -> TypeAdapter[list[M]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]  # a type at run time


def _parse_row_by_row(text: str, model: type[M], description: str) -> JsonRows[M]:
    """Return the rows that are valid one by one, and the number of the others."""
    array = _array(text, description)
    rows = [parse_row(row, model) for row in array]
    valid_rows = tuple(row for row in rows if row is not None)
    if rows and not valid_rows:
        raise PermanentError(
            f"not {description}: none of its {len(rows)} rows has the expected fields"
        )
    return JsonRows(valid_rows, len(rows) - len(valid_rows))


def _array(text: str, description: str) -> list[Any]:
    """Return the array in *text*, or the rows of an object with numbers as keys."""
    if is_html_page(text):
        raise PermanentError(f"not {description}: a web page")
    value = array_of_value(load_json(text, description))
    if message := message_of(value):
        raise PermanentError(f'not {description}: the server says "{message}"')
    if not isinstance(value, list):
        raise PermanentError(f"not {description}: JSON {type(value).__name__}, expected an array")
    return value


def parse_row(row: Any, model: type[M]) -> M | None:
    """Return the JSON value *row* as *model*, or None if it lacks required fields."""
    try:
        # Through JSON: pydantic rejects the lone surrogates that its escapes can contain.
        return model.model_validate_json(make_valid(json.dumps(row, ensure_ascii=False)))
    except (ValidationError, RecursionError):
        return None
