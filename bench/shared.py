"""Real texts and servers outside of the repository, in the folder ``SHARED``."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

from core.errors import ConfigError


def shared_path(path: str) -> Path:
    """Return the file or folder *path* in ``SHARED``.

    Raises:
        ConfigError: it does not exist.
    """
    target = Path(os.environ.get("SHARED", "../shared")) / path  # noqa: TID251 - the one way there
    if not target.exists():
        raise ConfigError(f"SHARED has no {path}: {target} does not exist")
    return target.resolve()


def rows(path: str) -> list[dict[str, Any]]:
    """Return the gzipped JSON lines of the shared file *path*."""
    with gzip.open(shared_path(path), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
