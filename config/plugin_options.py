"""Validation of the options of a plug-in by its own ``Options`` class."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.yaml_positions import KeyPath
from core.plugins import did_you_mean


def option_problems(
    options_class: type[BaseModel], options: Mapping[str, Any]
) -> list[tuple[KeyPath, str]]:
    """Return the key and the message of each wrong option; none: *options* are valid.

    No message contains a value: any option of a plug-in may be a secret.
    """
    try:
        options_class.model_validate(dict(options))
    except ValidationError as error:
        return [_translate(detail, options_class) for detail in error.errors()]
    return []


def _translate(detail: ErrorDetails, options_class: type[BaseModel]) -> tuple[KeyPath, str]:
    keys: KeyPath = detail["loc"]
    if detail["type"] == "extra_forbidden":
        names = list(options_class.model_fields)
        known = f" Known: {', '.join(names)}." if names else " There are no options."
        return keys, f"unknown option.{did_you_mean(str(keys[-1]), names) or known}"
    if detail["type"] == "missing":
        return keys, "is required."
    return keys, f"{detail['msg'].removeprefix('Value error, ')}."
