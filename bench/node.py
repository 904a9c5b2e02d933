"""A temporary Elasticsearch on loopback."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.shared import shared_path
from core.errors import HarkenError
from demo.smtp_sink import free_port

HEAP: Final = "512m"


@contextmanager
def elasticsearch() -> Iterator[str]:
    """Yield the URL of an empty node; stop and delete it at the end.

    Raises:
        ConfigError: `SHARED` has no Elasticsearch.
        HarkenError: the node does not start.
    """
    start = shared_path("elasticsearch/run.sh")
    folder = Path(tempfile.mkdtemp(prefix="harken-elasticsearch-"))
    port = free_port()
    node = subprocess.Popen(
        [start, folder, str(port), HEAP],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert node.stdout is not None
    try:
        if not any(line.startswith("ready") for line in node.stdout):
            raise HarkenError("the Elasticsearch node ended before it was ready")
        threading.Thread(target=node.stdout.read, daemon=True).start()  # a full pipe would stop it
        yield f"http://127.0.0.1:{port}"
    finally:
        node.terminate()
        node.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
