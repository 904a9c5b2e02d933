"""The site as a process: its port, its responses and its log."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

from demo.corpus import write
from demo.site.__main__ import main, running_clock


@pytest.fixture
def folder(make_corpus, tmp_path):
    write(make_corpus(live=True), tmp_path / "corpus")
    return tmp_path


@pytest.fixture
def port(folder, start):
    options = ["--corpus", folder / "corpus", "--started", start.isoformat()]
    files = ["--log", folder / "log.jsonl", "--control", folder / "control.json"]
    command = [sys.executable, "-m", "demo.site", *map(str, options + files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield int(process.stdout.readline().removeprefix("ready "))
        process.terminate()


def get(port, path, method="GET", **headers):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", None, headers)
    request.method = method
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.headers, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_server_responds_to_get_head_and_conditional_requests(port):
    status, headers, body = get(port, "/urbanrider/feed.xml")
    assert status == 200
    assert headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert int(headers["content-length"]) == len(body)
    assert get(port, "/urbanrider/feed.xml", "HEAD")[2] == b""
    headers_of_cache = {"If-None-Match": headers["etag"]}
    assert get(port, "/urbanrider/feed.xml", **headers_of_cache)[0] == 304
    assert get(port, "/nowhere")[0] == 404


def test_log_contains_each_response(port, folder):
    path = "/velosocial/api/v1/timelines/public?limit=2"
    _, _, body = get(port, path)
    limited_status, _, _ = get(port, "/kettenblatt/feed.xml")
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert limited_status == 429
    assert rows[0]["at"].startswith("2026-11-22T09:30:")
    assert {k: rows[0][k] for k in ("method", "path", "status", "bytes", "body")} == {
        "method": "GET",
        "path": path,
        "status": 200,
        "bytes": len(body),
        "body": body.decode(),
    }
    assert rows[1]["retry"] == 2


def test_urls_of_pages_lead_to_the_server(port):
    row = json.loads(get(port, "/velosocial/api/v1/timelines/public?limit=1")[2])[0]
    base = f"http://127.0.0.1:{port}"
    assert row["url"].startswith(base)
    assert get(port, row["url"].removeprefix(base))[0] == 200


def test_server_imports_no_slow_package():
    """The site starts quickly: it imports neither crawlers nor models."""
    slow = {"torch", "scrapy", "numpy", "pydantic", "sqlalchemy", "fastapi", "feedparser"}
    code = "import sys, demo.site.__main__; print(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not slow & set(run.stdout.split())


START = """
import sys, time
from datetime import datetime
from pathlib import Path
from demo.processes.start import start_site
from harken.clock import Clock
folder, started_at = sys.argv[1:]
process, port = start_site(Path(folder), Clock(), datetime.fromisoformat(started_at))
print(port, process.pid, flush=True)
time.sleep(60)
"""


def is_serving(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/robots.txt", timeout=5).close()
    except OSError:
        return False
    return True


def test_killed_demo_leaves_no_site(folder, start):
    command = [sys.executable, "-c", START, str(folder), start.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        port, pid = map(int, demo.stdout.readline().split())
        try:
            assert is_serving(port)
            demo.kill()
            demo.wait(10)
            deadline = time.monotonic() + 10
            while (is_up := is_serving(port)) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert not is_up
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise


def test_server_runs_until_its_input_closes(folder, start):
    options = ["--corpus", folder / "corpus", "--started", start.isoformat()]
    command = [sys.executable, "-m", "demo.site", *map(str, options), "--until-stdin-closes"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True) as process:
        port = int(process.stdout.readline().removeprefix("ready "))
        process.stdin.write("not the end\n")
        process.stdin.flush()
        time.sleep(0.3)
        assert is_serving(port)
        process.stdin.close()
        assert process.wait(10) == 0


def test_folder_without_a_corpus_is_a_mistake(tmp_path, capsys):
    assert main(["--corpus", str(tmp_path), "--started", "2026-11-22T09:30:00Z"]) == 2
    assert "is not a demo corpus" in capsys.readouterr().err


def test_clock_starts_at_the_given_time_and_advances(start):
    clock = running_clock(start)
    first = clock()
    assert start <= first <= clock()
    assert (first - start).total_seconds() < 60


def test_server_listens_on_loopback_only(port):
    """Linux lists its sockets: local address, remote address, state (0A: listening)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]
