"""A crawl child whose parent is killed while a server keeps the child waiting."""

import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import load
from harken import wiring
from harken.settings_sync import sync_settings

pytestmark = pytest.mark.crawl

START_S = 120  # shared cores
# Below the 30 seconds after which a crawl gives up on a response: an orphan would fail the test.
DEATH_S = 10
PARENT = """
import subprocess, sys, time
subprocess.Popen(sys.argv[1:])
time.sleep(300)
"""


def test_a_crawl_child_dies_with_its_parent(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(START_S)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/feed"
        config = tmp_path / "harken.yaml"
        config.write_text(
            f"state: {tmp_path / 'state'}\n"
            "sources:\n"
            f"  - {{slug: slow, kind: feed, allow_loopback: true, options: {{url: '{url}'}}}}\n"
        )
        settings = load.load(config, {})
        database = wiring.open_database(settings)
        sync_settings(database, settings, now=datetime.now(UTC))
        database.close()
        command = [sys.executable, "-m", "harken", "crawl", "slow", "--config", config, "--child"]
        parent = subprocess.Popen([sys.executable, "-c", PARENT, *command])
        try:
            connection, _ = server.accept()
        finally:
            parent.kill()
            parent.wait()
        with connection:
            connection.settimeout(DEATH_S)
            while connection.recv(4096):  # its request, then the end of the connection
                pass
