"""Settings as a JSON text that the parent of a run sends to a child through its standard input."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.settings import Settings


def serialize(settings: Settings) -> str:
    """Return *settings* as JSON, with the record's password but without mail server and channels.

    The text contains secrets: it belongs into a pipe, never on a command line or in a log.
    """
    tree = settings.model_dump(exclude_unset=True, exclude={"mail", "channels"})
    return json.dumps(tree, default=_serialize_value)


def deserialize(text: str) -> Settings:
    """Return the settings in *text*, the result of :func:`serialize`; no environment counts."""
    return Settings.model_validate_json(text)


def _serialize_value(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())}s"
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a setting")
