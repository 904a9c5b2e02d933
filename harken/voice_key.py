"""Key of the voices, in a file outside the database: neither of them alone identifies an author."""

import contextlib
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from core.errors import ConfigError

KEY_BYTES: Final = 32  # bytes, as the SHA-256 that it keys


def voice_key(state: Path) -> bytes:
    """Return the 32 bytes in ``voice.key`` of *state*.

    The first call creates the file, readable only by its owner. To lose or replace the file
    breaks the link between old and new mentions of an author.

    Raises:
        ConfigError: the file has another length. A shorter key could be guessed.
    """
    path = state / "voice.key"
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        _create_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{path}: has {len(key)} bytes, expected {KEY_BYTES}. Restore it from a backup. "
            "Without a backup delete it: known authors will then count as new ones."
        )
    return key


def _create_key(path: Path) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.") as draft:  # mode 0600
        draft.write(secrets.token_bytes(KEY_BYTES))
        draft.flush()
        os.fsync(draft.fileno())  # a power cut leaves no empty key behind
        with contextlib.suppress(FileExistsError):  # the first of two that start together wins
            os.link(draft.name, path)
