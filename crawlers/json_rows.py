"""Parsing of foreign JSON arrays: an invalid row is left out, an invalid page is an error."""

import json
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import PermanentError

M = TypeVar("M", bound=BaseModel)


def parse_json_rows(body: bytes, model: type[M], description: str) -> tuple[M, ...]:
    """Return the valid rows of the JSON array *body*; *description* names them in the error.

    Raises:
        PermanentError: *body* is not a JSON array, or it has rows and none is valid.
    """
    try:
        return tuple(_list_adapter(model).validate_json(body))
    except ValidationError:
        return _parse_row_by_row(body, model, description)


@cache
def _list_adapter(model: type[M]) -> TypeAdapter[list[M]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]  # a type at run time


def _parse_row_by_row(body: bytes, model: type[M], description: str) -> tuple[M, ...]:
    """Return the rows that are valid one by one."""
    try:
        array = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PermanentError(f"not {description}: invalid JSON ({type(error).__name__})") from None
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
        # Through bytes: pydantic rejects the lone surrogates that JSON escapes can contain.
        row_bytes = json.dumps(row, ensure_ascii=False).encode(errors="replace")
        return model.model_validate_json(row_bytes)
    except (ValidationError, RecursionError):
        return None
