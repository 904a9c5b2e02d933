"""The variable with which a process passes its pid to its children."""

import os
from collections.abc import Mapping
from typing import Final

PARENT_PID: Final = "HARKEN_PARENT_PID"


def child_environment() -> Mapping[str, str]:
    """Return the environment for a child of this process: its own, with its pid as the parent's."""
    return {**os.environ, PARENT_PID: str(os.getpid())}  # noqa: TID251 - not a setting


def parent_pid() -> int | None:
    """Return the pid of the process that started this one; None if it passed none."""
    value = os.environ.get(PARENT_PID, "")  # noqa: TID251 - not a setting
    return int(value) if value.isdecimal() else None
