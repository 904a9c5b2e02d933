"""A command as a user runs it: in a process and a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

INHERITED = -1  # the umask of the test process


def harken(home: Path, *arguments: str, umask: int = INHERITED) -> str:
    """Run a command in *home* and return its standard output; it must succeed."""
    process = subprocess.run(
        [sys.executable, "-m", "harken", *arguments],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout
