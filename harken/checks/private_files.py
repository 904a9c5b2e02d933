"""Check that the files of an installation are closed to other accounts of the machine."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harken.checks.result import CheckResult, warning

OTHERS: Final = 0o077  # the permissions of group and others


def check_private_files(config: Path, state: Path) -> Iterator[CheckResult]:
    """Yield a warning for the settings file and for the state folder if others may use them.

    In a folder that is closed the permissions of the files do not matter. Nothing is yielded for a
    path that does not exist, and on systems without POSIX permissions.
    """
    if os.name != "posix":
        return
    if _is_open(config):
        message = f"others may read {config}, which may name passwords: run chmod go= {config}"
        yield warning("private files", message)
    if _is_open(state):
        message = f"others may read what lies in {state}: run chmod -R go= {state}"
        yield warning("private files", message)


def _is_open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & OTHERS)
