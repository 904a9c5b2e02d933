"""What lies beside the repository: real texts, real servers; ``SHARED`` names the folder."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

from core.errors import ConfigError


def shared(path: str) -> Path:
    """The file or folder *path* there.

    Raises:
        ConfigError: it is missing.
    """
    found = Path(os.environ.get("SHARED", "../shared")) / path  # noqa: TID251 - the one way there
    if not found.exists():
        raise ConfigError(f"SHARED has no {path}: {found} does not exist")
    return found.resolve()


def rows(path: str) -> list[dict[str, Any]]:
    """The gzipped JSON lines of the shared file *path*."""
    with gzip.open(shared(path), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
