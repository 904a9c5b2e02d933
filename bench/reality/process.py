"""Processes that play: their output goes to a log, and none runs for ever."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

GRACE_S: Final = 60
"""Seconds that a process has to stop what it started, after it was interrupted."""


def run(
    command: Sequence[str | Path], log: Path, limit_s: float, environment: Mapping[str, str]
) -> None:
    """Run *command* to its end, whatever its exit status; append its output to *log*.

    After *limit_s* seconds it is interrupted, so that it can end the servers it has started.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts background jobs so, and a child would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            process.wait(limit_s)
        except subprocess.TimeoutExpired:
            output.write(f"ended after {limit_s:.0f} s\n".encode())
            process.send_signal(signal.SIGINT)
        finally:
            _end(process)


def last_line(log: Path) -> str:
    """Return the last line of *log* that is not blank; of a traceback that is the error."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
