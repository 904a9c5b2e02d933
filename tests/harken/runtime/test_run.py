"""`harken run` on an empty installation: start, a second run, failures, and the end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.smtp_sink import free_port
from store import processes
from store.database import Database

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PATIENCE_S = 120  # shared cores


def wait_for(condition: Callable[[], object]) -> object:
    """Return the first true result of *condition*; a timeout fails the test."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.1)
    pytest.fail(f"it did not happen within {PATIENCE_S} s")


class Installation:
    """Installation on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        config = f"state: {folder / 'state'}\nconsole: {{port: {self.port}}}\n"
        (folder / "harken.yaml").write_text(config)
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, *options: str) -> subprocess.Popen[bytes]:
        """Start ``harken run``."""
        command = [sys.executable, "-m", "harken", "run", "--config", "harken.yaml", *options]
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process

    def log(self, number: int) -> str:
        return (self.folder / f"{number}.log").read_text()

    def get(self, path: str) -> int:
        """Return the status of a page; 0 while the server does not respond."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as page:
                return page.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def pids(self) -> dict[str, int]:
        """Return the pids once all four processes have a heartbeat."""
        return self.pids_of("run", "analyse", "analyse-2", "index")

    def pids_of(self, *names: str) -> dict[str, int]:
        """Return the pids once the processes of *names* have a heartbeat."""
        record = Database(f"sqlite:///{self.folder / 'state' / 'record.db'}")
        with record.read() as tx:
            pids = {p.name: p.pid for p in processes.all_processes(tx)}
        record.close()
        return pids if pids.keys() >= set(names) else {}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    new = Installation(tmp_path)
    yield new
    for process in new.processes:
        process.kill()
        process.wait()


def start_run(house: Installation) -> dict[str, int]:
    """Start a run; return the pids of all its processes."""
    house.run()
    wait_for(lambda: house.get("/healthz") == 200)
    pids = wait_for(house.pids)
    assert isinstance(pids, dict)
    return pids


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def test_run_starts_refuses_a_second_one_and_ends_with_its_children(installation: Installation):
    pids = start_run(installation)
    assert pids["run"] == installation.processes[0].pid
    assert len(set(pids.values())) == 4

    second = installation.run()
    assert second.wait(PATIENCE_S) == 2
    assert f"process {pids['run']} is already running" in installation.log(1)
    assert "Traceback" not in installation.log(1)
    assert all(map(is_alive, pids.values())), "the first one goes on"

    installation.processes[0].send_signal(signal.SIGTERM)
    assert installation.processes[0].wait(PATIENCE_S) == 0
    assert not any(map(is_alive, pids.values()))
    assert "Traceback" not in installation.log(0)


def test_run_with_another_state_folder_is_refused(installation: Installation):
    pids = start_run(installation)
    database = f"sqlite:///{installation.folder / 'state' / 'record.db'}"
    settings = f"state: other\nrecord: {database}\nconsole: {{port: {free_port()}}}\n"
    (installation.folder / "other.yaml").write_text(settings)
    second = installation.run("--config", "other.yaml")
    assert second.wait(PATIENCE_S) == 2
    assert f"used by harken run with pid {pids['run']}" in installation.log(1)
    assert all(map(is_alive, pids.values())), "the first one goes on"

    installation.processes[0].kill()
    installation.processes[0].wait()
    installation.run("--config", "other.yaml")
    wait_for(lambda: "Harken is running" in installation.log(2))


def test_ctrl_c_ends_all_processes(installation: Installation):
    """The parent stops its children; the kernel need not kill them."""
    pids = start_run(installation)
    installation.processes[0].send_signal(signal.SIGINT)
    assert installation.processes[0].wait(PATIENCE_S) == 0
    assert not any(map(is_alive, pids.values()))
    assert "Aborted" not in installation.log(0)


def test_killed_parent_leaves_no_child_and_no_lock(installation: Installation):
    pids = start_run(installation)
    installation.processes[0].kill()
    installation.processes[0].wait()
    wait_for(lambda: not any(map(is_alive, pids.values())))
    new_pids = start_run_again(installation)
    assert not set(new_pids.values()) & set(pids.values())


def start_run_again(house: Installation) -> dict[str, int]:
    """Start another run; return the pids of its processes. Rows of ended processes are removed."""
    house.run()
    wait_for(lambda: house.get("/healthz") == 200)
    pid = house.processes[-1].pid
    pids = wait_for(lambda: (pids := house.pids()) and pids["run"] == pid and pids)
    assert isinstance(pids, dict)
    return pids


def test_killed_child_is_restarted_and_logged(installation: Installation):
    pids = start_run(installation)
    os.kill(pids["index"], signal.SIGKILL)
    wait_for(lambda: installation.pids().get("index", pids["index"]) != pids["index"])
    lines = [json.loads(line) for line in installation.log(0).splitlines() if line.startswith("{")]
    events = [line for line in lines if line["event"] == "child.ended"]
    assert [(line["child"], line["code"]) for line in events] == [("index", -9)]
    assert installation.get("/healthz") == 200


def test_port_in_use_is_an_error_before_children_start(installation: Installation):
    pids = start_run(installation)
    other = installation.run("--state", str(installation.folder / "other"))
    assert other.wait(PATIENCE_S) == 2
    assert f"port {installation.port}: Address already in use" in installation.log(1)
    assert not (installation.folder / "other" / "index").exists(), "nothing was begun"
    assert "Traceback" not in installation.log(1)
    assert all(map(is_alive, pids.values()))


def test_json_has_the_url_of_the_console(installation: Installation):
    installation.run("--json")
    wait_for(lambda: installation.get("/healthz") == 200)
    lines = [json.loads(line) for line in installation.log(0).splitlines() if line.startswith("{")]
    (result,) = [line for line in lines if line.get("verb") == "run"]
    assert (result["ok"], result["pid"]) == (True, installation.processes[0].pid)
    assert result["url"] == f"http://127.0.0.1:{installation.port}/"
