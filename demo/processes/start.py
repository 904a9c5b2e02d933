"""Start of the processes of a demo; both end with the process that starts them."""

import select
import sys
from datetime import datetime
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from typing import Final

from config.child_environment import child_environment
from core.timestamps import format_utc
from demo.clock import DemoClock
from demo.processes.failure import child_error
from demo.workspace import write_control

RUN_LOG: Final = "run.log"
SITE_LOG: Final = "site.log"
MAX_START_S: Final = 60.0  # until the replay site is ready, seconds
_READY_LINE: Final = '{"schema": 1, "verb": "run"'
EXIT_S: Final = 5.0  # for a site that printed no port, seconds


def start_site(folder: Path, clock: DemoClock, started_at: datetime) -> tuple[Popen[str], int]:
    """Start the replay site of the corpus in *folder*; return the process and its port.

    The site ends with this process, even when this process is killed.

    Raises:
        HarkenError: the site did not start.
    """
    control, log = write_control(folder, []), folder / SITE_LOG
    command = [
        *(sys.executable, "-m", "demo.site"),
        *("--corpus", str(folder / "corpus")),
        *("--started", str(format_utc(started_at))),
        *("--now", str(format_utc(clock.now()))),
        *("--log", str(folder / "access.jsonl")),
        *("--control", str(control)),
        "--until-stdin-closes",
    ]
    # The other end of its standard input closes with this process, even when SIGKILL ends it.
    with log.open("a") as log_file:
        process = Popen(  # noqa: S603 - our own command
            command, stdin=PIPE, stdout=PIPE, stderr=log_file, text=True, start_new_session=True
        )
    ready_line = _first_line(process).split()
    if ready_line[:1] != ["ready"]:
        raise child_error("The replay site", _end(process), log)
    return process, int(ready_line[1])


def start_run(settings_path: Path, clock: DemoClock, log_path: Path) -> Popen[str]:
    """Start `harken run` with these settings; append its output to *log_path*.

    Once its console listens, the log has the line that :func:`is_console_open` looks for.
    """
    offset = str(clock.offset.total_seconds())
    with log_path.open("a") as log_file:
        return Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "harken", "run", "--json", "--child"),
                *("--config", str(settings_path), "--offset", offset),
            ],
            stdin=DEVNULL,
            stdout=log_file,
            stderr=log_file,
            text=True,
            start_new_session=True,
            env=child_environment(),
        )


def is_console_open(log_path: Path) -> bool:
    """Return True if the `harken run` of this log has opened its console.

    A request would not show that: another program may listen on the port.
    """
    lines = log_path.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.startswith(_READY_LINE) and '"url"' in line for line in lines)


def _first_line(process: Popen[str]) -> str:
    """Return the first line of the output; empty if the process ended or is not ready in time."""
    assert process.stdout is not None
    is_readable, _, _ = select.select([process.stdout], [], [], MAX_START_S)
    return process.stdout.readline() if is_readable else ""


def _end(process: Popen[str]) -> int:
    """Wait for the end of *process*, kill it if it goes on, and return its exit status."""
    try:
        return process.wait(EXIT_S)
    except TimeoutExpired:
        process.kill()
        return process.wait()
