"""The error of a child process that ended, with its own last message."""

from pathlib import Path
from subprocess import Popen
from typing import Final

from core.errors import ConfigError, HarkenError
from core.exit_status import describe_exit

MAX_LINES: Final = 15  # of a message; one line a mistake in the settings
_LOG_EVENT: Final = "{"  # events are JSON objects, messages for people are not


def raise_if_ended(process: Popen[str], name: str, log: Path) -> None:
    """Raise the error of *process* if it has ended; *log* holds its messages.

    Raises:
        ConfigError: it ended with the status of a mistake in its input.
        HarkenError: it ended in any other way.
    """
    code = process.poll()
    if code is not None:
        raise child_error(name, code, log)


def child_error(name: str, code: int, log: Path) -> HarkenError:
    """Return the error of the process *name* that ended with *code*; a negative one is a signal.

    Its message names *log* and repeats the last message in it.
    """
    kind = ConfigError if code == ConfigError.exit_status else HarkenError
    head = f"{name} ended with {describe_exit(code)}. Log: {log}"
    return kind("\n".join([head, *last_message(log)]))


def last_message(log: Path) -> list[str]:
    """Return the lines for people at the end of *log*; of a traceback only the last line."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    message: list[str] = []
    for line in reversed(lines):
        if line.startswith(_LOG_EVENT) or len(message) == MAX_LINES:
            break
        message.insert(0, line)
    is_traceback = any(line.startswith((" ", "Traceback ")) for line in message)
    return message[-1:] if is_traceback else message
