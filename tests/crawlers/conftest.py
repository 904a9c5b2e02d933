"""A web server with scripted responses, and crawls of it in a real child process."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: str = ""  # the Content-Length header, if it is wrong


@dataclass
class Web:
    """A site: its responses by path (with query), and the log of its requests."""

    url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], float]] = field(default_factory=list)

    def put(
        self, path: str, body: bytes = b"", status: int = 200, *, length: str = "", **headers: str
    ) -> None:
        """Set the response to *path*; of several, the last one repeats."""
        header_values = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.setdefault(path, []).append(Answer(status, body, header_values, length))

    @property
    def host_and_port(self) -> str:
        return self.url.removeprefix("http://")

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    def gaps(self) -> list[float]:
        """Return the seconds between successive requests."""
        times = [at for _, _, at in self.requests]
        return [later - sooner for sooner, later in pairwise(times)]


def serve(site: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            site.requests.append((self.path, dict(self.headers), monotonic()))
            answers = site.answers.get(self.path, [Answer(404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            etag = answer.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                answer = Answer(304, b"", {"ETag": etag})
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", answer.length or str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    return Handler


@pytest.fixture
def new_site() -> Iterator[Callable[[], Web]]:
    """Yield a function that starts a site on its own port; it answers 404 by default."""
    with ExitStack() as stack:

        def start() -> Web:
            site = Web()
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), serve(site)))
            server.daemon_threads = True
            server.block_on_close = False
            thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            stack.callback(server.shutdown)
            thread.start()
            site.url = f"http://127.0.0.1:{server.server_port}"
            return site

        yield start


@pytest.fixture
def web(new_site: Callable[[], Web]) -> Web:
    """Return a site on its own port; it answers 404 by default."""
    return new_site()


Crawl = Callable[..., list[dict]]


@pytest.fixture
def crawl_child() -> Crawl:
    """Return a function that crawls sources in a child and returns the events of its sink."""

    def run(*assignments: dict, **batch: object) -> list[dict]:
        process = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("child.py"))],
            input=json.dumps({"assignments": assignments, **batch}),
            env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (process.returncode, process.stderr) == (0, "")
        return [json.loads(line) for line in process.stdout.splitlines()]

    return run


@pytest.fixture
def source():
    """Return a function that makes a job with loopback allowed and no delay."""

    def make(name: str, url: str, kind: str = "feed", **more: object) -> dict:
        settings = {"allow_loopback": True, "delay": 0, **more}
        return {"source": name, "kind": kind, "options": {"url": url}, **settings}

    return make


@pytest.fixture
def rss():
    """Return a function that makes a feed with an entry of 20 November for each name."""

    def make(*names: str, following: str = "") -> bytes:
        link = f'<a:link rel="next" href="{following}"/>' if following else ""
        entries = "".join(
            f"<item><guid>https://blog.example/{name}</guid><description>About {name}</description>"
            "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>"
            for name in names
        )
        start = '<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>'
        return f"{start}{link}{entries}</channel></rss>".encode()

    return make
