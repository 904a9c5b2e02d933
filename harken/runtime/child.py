"""Link between the lives of a child process and its parent."""

import ctypes
import os
import signal
from typing import Final

from config.child_environment import parent_pid

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies; only on Linux.

    By SIGKILL: a step may stop at any instant, and an orphan would write beside its successor. The
    parent is the process that ``child_environment`` names; without a name any parent is accepted.
    """
    if not hasattr(os, "setsid") or os.uname().sysname != "Linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != (parent_pid() or os.getppid()):  # the parent died before the call
        os.kill(os.getpid(), signal.SIGKILL)
