"""`harken run` on an empty installation: it starts, runs alone, and leaves no process."""

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


def until(look: Callable[[], object]) -> object:
    """Return the first true result of *look*; a timeout fails the test."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    pytest.fail(f"it did not happen within {PATIENCE_S} s")


class House:
    """Installation on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        config = f"state: {folder / 'state'}\nconsole: {{port: {self.port}}}\n"
        (folder / "harken.yaml").write_text(config)
        self.started: list[subprocess.Popen[bytes]] = []

    def run(self, *more: str) -> subprocess.Popen[bytes]:
        """Start ``harken run``."""
        command = [sys.executable, "-m", "harken", "run", "--config", "harken.yaml", *more]
        log = (self.folder / f"{len(self.started)}.log").open("wb")
        process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        log.close()
        self.started.append(process)
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
            found = {p.name: p.pid for p in processes.all_processes(tx)}
        record.close()
        return found if found.keys() >= set(names) else {}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    for process in made.started:
        process.kill()
        process.wait()


def up(house: House) -> dict[str, int]:
    """Start it and wait for all processes."""
    house.run()
    until(lambda: house.get("/healthz") == 200)
    found = until(house.pids)
    assert isinstance(found, dict)
    return found


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def test_it_starts_is_alone_and_ends_with_all_its_children(house: House):
    pids = up(house)
    assert pids["run"] == house.started[0].pid
    assert len(set(pids.values())) == 4

    second = house.run()
    assert second.wait(PATIENCE_S) == 2
    assert f"process {pids['run']} is already running" in house.log(1)
    assert "Traceback" not in house.log(1)
    assert all(map(is_alive, pids.values())), "the first one goes on"

    house.started[0].send_signal(signal.SIGTERM)
    assert house.started[0].wait(PATIENCE_S) == 0
    assert not any(map(is_alive, pids.values()))
    assert "Traceback" not in house.log(0)


def test_ctrl_c_ends_it_as_cleanly(house: House):
    """The parent stops its children; the kernel need not kill them."""
    pids = up(house)
    house.started[0].send_signal(signal.SIGINT)
    assert house.started[0].wait(PATIENCE_S) == 0
    assert not any(map(is_alive, pids.values()))
    assert "Aborted" not in house.log(0)


def test_a_killed_parent_leaves_no_orphan_and_no_lock(house: House):
    pids = up(house)
    house.started[0].kill()
    house.started[0].wait()
    until(lambda: not any(map(is_alive, pids.values())))
    again = up_again(house)
    assert not set(again.values()) & set(pids.values())


def up_again(house: House) -> dict[str, int]:
    """Start it again; the rows of dead processes are removed first."""
    house.run()
    until(lambda: house.get("/healthz") == 200)
    number = house.started[-1].pid
    found = until(lambda: (found := house.pids()) and found["run"] == number and found)
    assert isinstance(found, dict)
    return found


def test_a_child_that_dies_is_replaced_and_told(house: House):
    pids = up(house)
    os.kill(pids["index"], signal.SIGKILL)
    until(lambda: house.pids().get("index", pids["index"]) != pids["index"])
    lines = [json.loads(line) for line in house.log(0).splitlines() if line.startswith("{")]
    ended = [line for line in lines if line["event"] == "child.ended"]
    assert [(line["child"], line["code"]) for line in ended] == [("index", -9)]
    assert house.get("/healthz") == 200


def test_a_port_that_is_taken_ends_it_with_a_word_and_without_children(house: House):
    pids = up(house)
    other = house.run("--state", str(house.folder / "other"))
    assert other.wait(PATIENCE_S) == 2
    assert f"port {house.port}: Address already in use" in house.log(1)
    assert not (house.folder / "other" / "index").exists(), "nothing was begun"
    assert "Traceback" not in house.log(1)
    assert all(map(is_alive, pids.values()))


def test_a_script_is_told_where_the_console_is_once_it_listens(house: House):
    house.run("--json")
    until(lambda: house.get("/healthz") == 200)
    lines = [json.loads(line) for line in house.log(0).splitlines() if line.startswith("{")]
    (told,) = [line for line in lines if line.get("verb") == "run"]
    assert (told["ok"], told["pid"]) == (True, house.started[0].pid)
    assert told["url"] == f"http://127.0.0.1:{house.port}/"
