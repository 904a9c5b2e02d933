"""Servers of index engines on loopback, started once for all tests that need them.

An engine that needs a server has a file tests/cases/engines/NAME/start.json: ``command`` starts it
(its first word is a path below SHARED), ``needs`` is a program that the command needs, ``ready``
the start of the line that it prints when it answers. ``options`` are those of the engine, and
``delete`` is the address that a test deletes in the end. ``{port}`` and ``{folder}`` are those of
the server, ``{unique}`` is a name for one test. Without such a file the options are the defaults.
"""

import atexit
import json
import shutil
import socket
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.indexer.factories import shared

CASES = Path(__file__).parents[1] / "cases" / "engines"


def description(engine: str) -> dict[str, Any]:
    """Return the content of the file of *engine*, empty if it needs no server."""
    path = CASES / engine / "start.json"
    return json.loads(path.read_text()) if path.exists() else {}


def port(engine: str, *arguments: str) -> int:
    """Return the port of the server of *engine*, started with further *arguments*.

    It ends with the tests. The test is skipped where a file or program is missing.
    """
    start = description(engine)
    return _start_server((*start["command"], *arguments), start["needs"], start["ready"])


@cache
def _start_server(command: tuple[str, ...], needs: str, ready: str) -> int:
    program = shared(command[0])
    if shutil.which(needs) is None:
        pytest.skip(f"no {needs} to run {command[0]}")
    folder, port = Path(tempfile.mkdtemp(prefix="harken-server-")), free_port()
    words = [word.format(folder=folder, port=port) for word in command[1:]]
    server = subprocess.Popen(
        ["setpriv", "--pdeathsig=TERM", program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(_end, server, folder)
    assert server.stdout is not None
    if not any(line.startswith(ready) for line in server.stdout):
        pytest.fail(f"{command[0]} ended before it was ready", pytrace=False)
    threading.Thread(target=server.stdout.read, daemon=True).start()  # a full pipe would stop it
    return port


def free_port() -> int:
    """Return a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(server: subprocess.Popen[str], folder: Path) -> None:
    server.terminate()
    server.wait(30)
    shutil.rmtree(folder)
