"""Key of the voices, in a file outside the database: neither of them alone identifies an author."""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from sqlalchemy import Connection

from core.errors import ConfigError
from store import holders

KEY_BYTES: Final = 32  # bytes, as the SHA-256 that it keys
FINGERPRINT_DIGITS: Final = 16  # hex; they tell two keys apart and say nothing about either
FILE_NAME: Final = "voice.key"
_REMEDY: Final = (
    "Restore it from a backup. Without a backup run harken rebuild --new-voice-key: known authors "
    "will then count as new ones."
)


def installation_key(tx: Connection, state: Path) -> bytes:
    """Return the key in *state* after comparing it with the one that made the stored voices.

    The first call stores its fingerprint, so *tx* must be able to write.

    Raises:
        ConfigError: the key is missing beside stored voices, is another one, or has another length.
    """
    path, fingerprint = state / FILE_NAME, holders.voice_key_fingerprint(tx)
    if not path.exists() and (fingerprint is not None or holders.has_voices(tx)):
        message = f"{path}: is missing, but the database has authors that were stored with it."
        raise ConfigError(f"{message} {_REMEDY}")
    key = voice_key(state)
    if fingerprint is None:
        holders.replace_voice_key_fingerprint(tx, key_fingerprint(key))
    elif fingerprint != key_fingerprint(key):
        message = f"{path}: is not the key that the authors in the database were stored with."
        raise ConfigError(f"{message} {_REMEDY}")
    return key


def accept_key(tx: Connection, state: Path) -> None:
    """Take the key in *state*, or a new one, for all authors from now on.

    Raises:
        ConfigError: the key has another length.
    """
    holders.replace_voice_key_fingerprint(tx, key_fingerprint(voice_key(state)))


def key_fingerprint(key: bytes) -> str:
    """Return the fingerprint of *key*, ``FINGERPRINT_DIGITS`` hex digits."""
    return hashlib.sha256(b"harken voice key\0" + key).hexdigest()[:FINGERPRINT_DIGITS]


def voice_key(state: Path) -> bytes:
    """Return the 32 bytes in ``voice.key`` of *state*.

    The first call creates the file, readable only by its owner. To lose or replace the file
    breaks the link between old and new mentions of an author.

    Raises:
        ConfigError: the file has another length. A shorter key could be guessed.
    """
    path = state / FILE_NAME
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        _create_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ConfigError(f"{path}: has {len(key)} bytes, expected {KEY_BYTES}. {_REMEDY}")
    return key


def _create_key(path: Path) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.") as draft:  # mode 0600
        draft.write(secrets.token_bytes(KEY_BYTES))
        draft.flush()
        os.fsync(draft.fileno())  # a power cut leaves no empty key behind
        with contextlib.suppress(FileExistsError):  # the first of two that start together wins
            os.link(draft.name, path)
