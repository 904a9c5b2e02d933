"""harken.yaml is edited while `harken run` crawls a real site."""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from demo.smtp_sink import free_port
from tests.harken.runtime.test_run import PATIENCE_S, House, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><guid>1</guid><title>Acme is fine</title><description>Acme again</description></item>
</channel></rss>"""


class Site:
    """Site that counts the requests for each feed."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            """Answers every path but robots.txt with the feed."""

            def do_GET(self) -> None:
                is_feed = self.path.endswith(".xml")
                body = FEED if is_feed else b""
                self.send_response(200 if is_feed else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                site.paths.append(self.path)

            def log_message(self, *arguments: object) -> None:
                """Print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def count(self, path: str) -> int:
        return self.paths.count(path)


class Installation(House):
    """Installation whose settings a test edits."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.site = Site()
        self.path = folder / "harken.yaml"

    def edit(self, more: str = "", **paths: str) -> None:
        """Save the settings with a source for each of *paths*, by renaming a draft."""
        lines = [
            f"state: {self.folder / 'state'}",
            f"console: {{port: {self.port}}}",
            "crawl: {delay: 0s}",
            "model: {workers: 1}",
            "watches: [{slug: acme, name: Acme, query: acme}]",
            "sources:" if paths else "sources: []",
            *(
                f"  - {{slug: {slug}, kind: feed, every: 1s, allow_loopback: true, "
                f"options: {{url: '{self.site.url(path)}'}}}}"
                for slug, path in paths.items()
            ),
            more,
        ]
        draft = self.path.with_suffix(".draft")
        draft.write_text("\n".join(lines) + "\n")
        draft.replace(self.path)

    def start(self) -> None:
        self.run()
        until(lambda: self.get("/healthz") == 200)

    def settings(self) -> dict:
        """Return the JSON of the settings in the console."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/status.json") as answer:
            return json.load(answer)["settings"]

    def await_applied(self, before: dict) -> None:
        until(lambda: self.settings()["applied_at"] > before["applied_at"])

    def await_fetches(self, path: str, number: int = 2) -> None:
        """Wait for *number* further fetches of *path*."""
        goal = self.site.count(path) + number
        until(lambda: self.site.count(path) >= goal)

    def status(self, *more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "harken", "status", "--config", str(self.path), *more]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=PATIENCE_S
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    for process in made.started:
        process.terminate()
        process.wait(PATIENCE_S)
    made.site.server.shutdown()
    made.site.server.server_close()


def test_a_typo_silences_nothing_and_is_shown_until_it_is_mended(house: Installation):
    house.edit(a="/a.xml")
    house.start()
    house.await_fetches("/a.xml")
    house.edit("mial: {password: hunter2}", a="/a.xml")
    until(lambda: house.settings()["problem"])
    house.await_fetches("/a.xml", 3)

    place = "harken.yaml:8:1: mial: unknown setting. Did you mean 'mail'?"
    report = house.status()
    assert report.returncode == 0, report.stderr
    assert "has a mistake and was not applied; the settings of" in report.stdout
    assert f"\n  {place}\n" in report.stdout
    result = json.loads(house.status("--json").stdout)
    assert result["settings"]["problem"] == place
    assert result["coverage"]["heard"] == 1, result["coverage"]
    with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/sources") as page:
        assert "harken.yaml has a mistake" in page.read().decode()
    log = house.log(0)
    assert log.count('"event": "settings.rejected"') == 1
    assert "crawl process crashed" not in log
    assert "hunter2" not in log + report.stdout

    house.edit(a="/a.xml")
    until(lambda: not house.settings()["problem"])
    assert "mistake" not in house.status().stdout
    house.await_fetches("/a.xml")


def test_sources_that_are_added_changed_and_removed_are_crawled_so(house: Installation):
    house.edit(a="/a.xml", b="/b.xml")
    house.start()
    house.await_fetches("/a.xml")
    before = house.settings()
    house.edit(b="/other.xml", c="/c.xml")
    house.await_fetches("/c.xml")
    house.await_fetches("/other.xml")
    assert house.settings()["applied_at"] > before["applied_at"]
    house.await_fetches("/c.xml", 3)  # a crawl that began before the edit has ended
    counts = house.site.count("/a.xml"), house.site.count("/b.xml")
    house.await_fetches("/c.xml", 4)
    assert (house.site.count("/a.xml"), house.site.count("/b.xml")) == counts
    assert len(house.started) == 1
    assert house.started[0].poll() is None


def test_settings_that_need_a_restart_are_named_beside_those_that_apply(house: Installation):
    house.edit(a="/a.xml")
    house.start()
    pids = until(lambda: house.pids_of("run", "analyse", "index"))
    house.edit("index_prefix: other\nzone: Europe/Berlin\n", a="/a.xml")
    until(lambda: house.settings()["restart"] == ["index_prefix"])
    assert "settings: changed; restart to apply index_prefix\n" in house.status().stdout
    text = house.path.read_text().replace("workers: 1", "workers: 2")
    house.path.write_text(text)
    grown = until(lambda: house.pids_of("run", "analyse", "analyse-2", "index"))
    assert grown["run"] == pids["run"]
    assert grown["index"] == pids["index"], "only the workers of the model restart"
    house.path.write_text(text.replace("workers: 2", "workers: 1"))
    until(lambda: "analyse-2" not in house.pids_of("run"))


def test_a_new_recipient_and_a_new_mail_server_are_used_for_the_next_email(house: Installation):
    letters: list[tuple[str, ...]] = []

    class Sink:
        """Mail server that accepts everything."""

        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
            letters.append(tuple(envelope.rcpt_tos))  # type: ignore[attr-defined]
            return "250 OK"

    house.edit(a="/a.xml")
    house.start()
    house.await_fetches("/a.xml")
    subscription = (
        "people: [{slug: ada, name: Ada, email: ADDRESS}]\n"
        "subscriptions: [{slug: d, person: ada, kind: digest, at: '00:00', watches: [acme]}]\n"
    )
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        mail = (
            f"mail: {{host: 127.0.0.1, port: {controller.port}, security: none, "
            "sender: harken@acme.example}\n"
        )
        house.edit(subscription.replace("ADDRESS", "ada@acme.example") + mail, a="/a.xml")
        until(lambda: letters)
    finally:
        controller.stop()
    assert letters == [("ada@acme.example",)]
