"""JSON arrays of strangers: an unreadable row is left out, an unreadable page is an error."""

import json
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import PermanentError

M = TypeVar("M", bound=BaseModel)


def read_rows(body: bytes, model: type[M], what: str) -> tuple[M, ...]:
    """The rows of the JSON array *body*; *what* names them in the error.

    Raises:
        PermanentError: *body* is no JSON array, or not one of its rows can be read.
    """
    try:
        return tuple(_array(model).validate_json(body))
    except ValidationError:
        return _readable(body, model, what)


@cache
def _array(model: type[M]) -> TypeAdapter[list[M]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]  # a type at run time


def _readable(body: bytes, model: type[M], what: str) -> tuple[M, ...]:
    """Row by row, as far as they can be read."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PermanentError(f"not {what}: invalid JSON ({type(error).__name__})") from None
    if not isinstance(found, list):
        raise PermanentError(f"not {what}: JSON {type(found).__name__}, expected an array")
    rows = [_row(row, model) for row in found]
    if rows and not any(rows):
        raise PermanentError(f"not {what}: none of its {len(rows)} rows has the expected fields")
    return tuple(row for row in rows if row is not None)


def _row(row: Any, model: type[M]) -> M | None:
    try:
        # Through bytes: pydantic refuses the lone surrogates that JSON escapes can spell.
        clean = json.dumps(row, ensure_ascii=False).encode(errors="replace")
        return model.model_validate_json(clean)
    except (ValidationError, RecursionError):
        return None
