"""A real Elasticsearch on loopback, started once for all tests that ask for it."""

import atexit
import shutil
import socket
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path

import pytest

from tests.indexer.factories import shared


@cache
def url(*settings: str) -> str:
    """Of a node with *settings* that ends with the tests; skips aloud where none can start."""
    start = shared("elasticsearch/run.sh")
    if shutil.which("java") is None:
        pytest.skip("no java to run Elasticsearch")
    folder = Path(tempfile.mkdtemp(prefix="harken-elasticsearch-"))
    port = free_port()
    node = subprocess.Popen(
        ["setpriv", "--pdeathsig=TERM", start, folder, str(port), "512m", *settings],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(_end, node, folder)
    assert node.stdout is not None
    if not any(line.startswith("ready") for line in node.stdout):
        pytest.fail("the Elasticsearch node ended before it was ready", pytrace=False)
    threading.Thread(target=node.stdout.read, daemon=True).start()  # a full pipe would stop it
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(node: subprocess.Popen[str], folder: Path) -> None:
    node.terminate()
    node.wait(30)
    shutil.rmtree(folder)
