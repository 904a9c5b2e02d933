"""The command line of a child process of a run."""

import sys
from pathlib import Path

from harken.clock import Clock


def child_command(verb: str, *arguments: str, state: Path, clock: Clock) -> list[str]:
    """Return the command that runs *verb* on the settings of its standard input.

    No setting is an argument, because every user of the machine can read them. *state* is there to
    recognise the installation in a list of processes.
    """
    installation = ["--config", "-", "--state", str(state)]
    offset = ["--offset", str(clock.offset.total_seconds()), "--child"]
    return [sys.executable, "-m", "harken", verb, *arguments, *installation, *offset]
