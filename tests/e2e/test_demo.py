"""The whole product on its replay site, on each engine, compared with the ground truth."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

SHARED = Path(os.environ.get("SHARED", "../shared"))
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def _check(folder: Path, *arguments: str) -> dict[str, object]:
    command = [sys.executable, "-m", "harken", "demo", "--check", "--dir", str(folder), *arguments]
    process = subprocess.run(command, check=False, capture_output=True, text=True, timeout=800)
    assert process.stdout, process.stderr[-2000:]
    return json.loads(process.stdout)


def test_demo_on_the_embedded_index_equals_the_ground_truth(tmp_path):
    result = _check(tmp_path / "demo", "--seed", "101")
    assert result["failures"] == []
    assert result["ok"] is True
    assert result["recall"] == 1
    assert result["doubled"] == 0
    assert len(result["incidents"]) == 1
    assert result["crawl"]["requests"] >= 150
    assert result["crawl"]["pages_429"] == 1
    assert result["crawl"]["not_modified"] > 0
    assert {mail["kind"] for mail in result["mails"]} == {"brief", "digest"}


def test_every_stored_mention_is_in_a_response_of_the_site(tmp_path):
    _check(tmp_path / "demo", "--seed", "102", "--calm")
    from store.database import Database
    from store.mentions import all_mentions

    bodies = "".join(
        json.loads(line).get("body") or "" for line in (tmp_path / "demo/access.jsonl").open()
    )
    with Database(f"sqlite:///{tmp_path}/demo/state/record.db").read() as tx:
        uris = [mention.uri for mention in all_mentions(tx)]
    assert len(uris) >= 3000
    unknown_uris = [uri for uri in uris if _tail(uri) not in bodies]
    assert unknown_uris == []


@pytest.mark.parametrize("is_silent", [True, False])
def test_port_in_use_ends_the_demo_with_the_message_of_the_run(tmp_path, is_silent):
    """The server on the port is not the console of this demo, even if it responds like one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), OtherServer) as server:
        if not is_silent:
            Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        command = [sys.executable, "-m", "harken", "demo", "--dir", str(tmp_path / "demo")]
        process = subprocess.run(
            [*command, "--port", str(port)], check=False, capture_output=True, text=True, timeout=60
        )
        if not is_silent:
            server.shutdown()
    assert process.returncode == 2
    assert process.stdout == ""
    *_, head, sentence = process.stderr.splitlines()
    assert head == f"harken run ended with status 2. Log: {tmp_path / 'demo' / 'run.log'}"
    assert sentence.startswith(f"console: cannot listen on 127.0.0.1 port {port}: ")


def test_killed_site_ends_the_demo(tmp_path):
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "harken", "demo", "--dir", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as demo:
        assert any(line.startswith("Console: ") for line in demo.stderr)
        site = _child_of(demo.pid, "demo.site")
        os.kill(site, signal.SIGKILL)
        _, stderr = demo.communicate(timeout=60)
    assert demo.returncode == 1
    last = stderr.splitlines()[-1]
    assert last == f"The replay site ended with signal SIGKILL. Log: {folder / 'site.log'}"


@pytest.mark.service
def test_demo_on_elasticsearch_equals_the_ground_truth(tmp_path):
    start = SHARED / "elasticsearch" / "run.sh"
    if not start.exists():
        pytest.skip("SHARED has no elasticsearch/run.sh")
    if shutil.which("java") is None:
        pytest.skip("no java to run Elasticsearch")
    port = _free_port()
    node = subprocess.Popen([str(start), str(tmp_path / "node"), str(port), "512m"])
    try:
        _wait(f"http://127.0.0.1:{port}")
        folder = tmp_path / "demo"
        result = _check(folder, "--seed", "103", "--index", f"http://127.0.0.1:{port}")
    finally:
        node.terminate()
        node.wait(30)
    assert result["failures"] == []
    assert len(result["incidents"]) == 1


class OtherServer(BaseHTTPRequestHandler):
    """Another server, which responds to every request with 200."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def _child_of(pid: int, module: str) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(c) for c in children if module in Path(f"/proc/{c}/cmdline").read_text())


def _tail(uri: str) -> str:
    return uri.rpartition("/")[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(url: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"{url} did not come up")
