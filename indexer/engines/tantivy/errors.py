"""Errors of tantivy and of its files as errors of Harken."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ConfigError, TransientError


@contextmanager
def translate_errors(folder: Path) -> Iterator[None]:
    """Translate errors into HarkenError; tantivy raises ValueError for all of its own."""
    try:
        yield
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise ConfigError(f"The index {folder} cannot be used: {error.strerror}.") from error
    except OSError as error:
        raise TransientError(f"The index {folder} cannot be used: {error.strerror}.") from error
    except ValueError as error:
        raise _translate(folder, str(error)) from error


def _translate(folder: Path, message: str) -> ConfigError | TransientError:
    if "LockBusy" in message:
        return TransientError(f"Another process is writing to the index {folder}; only one can.")
    if "DoesNotExist" in message:
        return TransientError(f"There is no index in {folder} yet: the index writer creates it.")
    if any(word in message for word in ("schema", "corrupt", "ncompatible", "version")):
        return ConfigError(
            f"The index {folder} cannot be read. Delete it, then run `harken rebuild`."
        )
    return TransientError(f"The index {folder} returned an error: {message[:200]}")
