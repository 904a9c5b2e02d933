"""JSON that somebody else wrote; a mistake is told with its place."""

import json
from pathlib import Path
from typing import Any

from core.errors import ConfigError


def parsed(text: str, path: Path, *, first: int = 1) -> Any:
    """*text* as JSON; *first* is the number of its first line in the file at *path*.

    Raises:
        ConfigError: it is none; ``file:line:column: not JSON: what``.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{path}:{first + error.lineno - 1}:{error.colno}"
        raise ConfigError(f"{place}: not JSON: {error.msg}.") from None
    except (RecursionError, ValueError) as error:  # nested too deeply; a number of 5,000 digits
        raise ConfigError(f"{path}:{first}: not JSON: {type(error).__name__}.") from None
