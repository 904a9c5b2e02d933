"""Parsing of foreign JSON arrays: an invalid row is left out, an invalid page is an error."""

import json
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import PermanentError
from crawlers.decoding.json_document import load_json
from crawlers.text import make_valid

M = TypeVar("M", bound=BaseModel)


def parse_json_rows(text: str, model: type[M], description: str) -> tuple[M, ...]:
    """Return the valid rows of the JSON array in *text*; *description* names them in the error.

    Raises:
        PermanentError: *text* has no JSON array, or it has rows and none is valid.
    """
    try:
        return tuple(_list_adapter(model).validate_json(text))
    except ValidationError:
        return _parse_row_by_row(text, model, description)


@cache
def _list_adapter(model: type[M]) -> TypeAdapter[list[M]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]  # a type at run time


def _parse_row_by_row(text: str, model: type[M], description: str) -> tuple[M, ...]:
    """Return the rows that are valid one by one."""
    array = load_json(text, description)
    if not isinstance(array, list):
        raise PermanentError(f"not {description}: JSON {type(array).__name__}, expected an array")
    rows = [_parse_row(row, model) for row in array]
    if rows and not any(rows):
        raise PermanentError(
            f"not {description}: none of its {len(rows)} rows has the expected fields"
        )
    return tuple(row for row in rows if row is not None)


def _parse_row(row: Any, model: type[M]) -> M | None:
    try:
        # Through JSON: pydantic rejects the lone surrogates that its escapes can contain.
        return model.model_validate_json(make_valid(json.dumps(row, ensure_ascii=False)))
    except (ValidationError, RecursionError):
        return None
