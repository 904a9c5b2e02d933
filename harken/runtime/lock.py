"""One run a state folder: the kernel frees the lock when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path
from typing import IO

from core.errors import ConfigError


def acquire(path: Path) -> IO[str]:
    """Take the lock at *path* and write our pid into it; keep the result open as long as it counts.

    Raises:
        ConfigError: another process holds it (the message names its pid), or it cannot be made.
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
            f"{path.parent}: process {holder} is already running on this state folder. "
            "Stop it first, or use another folder with --state."
        ) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle
