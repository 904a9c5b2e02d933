"""Lock of a folder, for one process at a time; the kernel frees it when that process ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

from core.errors import ConfigError


def acquire(path: Path, *, folder_option: str = "--state") -> IO[str]:
    """Lock the file at *path* and write the pid of this process into it.

    The lock is held until the returned file is closed. *folder_option* selects another folder on
    the command line; the message names it.

    Raises:
        ConfigError: another process holds the lock (the message has its pid), or the file cannot
            be created.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be locked: {error.strerror}.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise ConfigError(
            f"{path.parent}: process {holder} is already running in this folder. "
            f"Stop it first, or use another folder with {folder_option}."
        ) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def is_locked(path: Path) -> bool:
    """Return True if another process holds the lock of the file at *path*; nothing is created."""
    try:
        with path.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
