"""Children whose parent is killed: during a request, or before they start."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import load
from config.child_environment import PARENT_PID, child_environment, crawl_environment
from harken import wiring
from harken.settings_sync import sync_settings

START_S = 120  # shared cores
# Below the 30 seconds after which a crawl gives up on a response: an orphan would fail the test.
DEATH_S = 10
PARENT = """
import subprocess, sys, time
subprocess.Popen(sys.argv[1:])
time.sleep(300)
"""
ORPHAN = """
import os, subprocess, sys
if len(sys.argv) == 2:
    subprocess.Popen([sys.executable, __file__, sys.argv[1], str(os.getpid())])
    sys.exit()
while os.getppid() == int(sys.argv[2]):
    pass
if sys.argv[1] == "adopted":
    os.environ["HARKEN_PARENT_PID"] = str(os.getppid())
from harken.runtime.child import die_with_parent
die_with_parent()
print("alive")
"""


def orphan_output(tmp_path: Path, kind: str, pid: int) -> str:
    """Return the output of a process whose parent ended before it called die_with_parent."""
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    process = subprocess.run(
        [sys.executable, script, kind],
        check=True,
        capture_output=True,
        text=True,
        timeout=START_S,
        env={**os.environ, PARENT_PID: str(pid)},
    )  # the orphan holds the pipe of stdout, so this waits for its end
    return process.stdout


def test_child_ends_if_its_parent_ended_before_its_start(tmp_path: Path):
    assert orphan_output(tmp_path, "left", os.getpid()) == ""


def test_child_of_process_1_runs(tmp_path: Path):
    """An orphan belongs to process 1, or to a reaper in its place."""
    assert orphan_output(tmp_path, "adopted", os.getpid()) == "alive\n"


def test_child_gets_the_pid_of_its_parent():
    code = f"import os; print(os.environ[{PARENT_PID!r}], os.getppid())"
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, check=True, capture_output=True, env=child_environment())
    assert process.stdout.split() == [str(os.getpid()).encode()] * 2


def test_crawl_child_gets_no_secret_of_others(monkeypatch):
    secrets = {"HARKEN_MAIL__PASSWORD": "a", "AWS_SECRET_ACCESS_KEY": "b", "HF_TOKEN": "c"}
    needed = {"PATH": "/bin", "LC_ALL": "C", "PGPASSFILE": "/p", "HF_HUB_OFFLINE": "1"}
    for name, value in {**secrets, **needed}.items():
        monkeypatch.setenv(name, value)
    environ = crawl_environment()
    assert environ.keys().isdisjoint(secrets)
    assert needed.items() <= environ.items()
    assert environ[PARENT_PID] == str(os.getpid())
    assert "HARKEN_MAIL__PASSWORD" not in child_environment()
    assert child_environment()["HF_TOKEN"] == "c"  # a worker may load models with it


@pytest.mark.crawl
def test_crawl_child_ends_with_its_parent(tmp_path: Path):
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
