"""Edits of harken.yaml while `harken run` crawls a site."""

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
from tests.harken.runtime.test_run import PATIENCE_S, Installation, wait_for

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
            """Responds with the feed to each path that ends in .xml, with 404 to others."""

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


class EditableInstallation(Installation):
    """Installation with settings that a test edits."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.site = Site()
        self.path = folder / "harken.yaml"

    def edit(self, lines_at_end: str = "", **paths: str) -> None:
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
            lines_at_end,
        ]
        draft = self.path.with_suffix(".draft")
        draft.write_text("\n".join(lines) + "\n")
        draft.replace(self.path)

    def start(self) -> None:
        self.run()
        wait_for(lambda: self.get("/healthz") == 200)

    def settings(self) -> dict:
        """Return the JSON of the settings in the console."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/status.json") as response:
            return json.load(response)["settings"]

    def await_applied(self, before: dict) -> None:
        wait_for(lambda: self.settings()["applied_at"] > before["applied_at"])

    def await_fetches(self, path: str, number: int = 2) -> None:
        """Wait for *number* further fetches of *path*."""
        goal = self.site.count(path) + number
        wait_for(lambda: self.site.count(path) >= goal)

    def status(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "harken", "status", "--config", str(self.path), *options]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=PATIENCE_S
        )


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[EditableInstallation]:
    new = EditableInstallation(tmp_path)
    yield new
    for process in new.processes:
        process.terminate()
        process.wait(PATIENCE_S)
    new.site.server.shutdown()
    new.site.server.server_close()


def test_mistake_stops_nothing_and_is_shown_until_its_correction(
    installation: EditableInstallation,
):
    installation.edit(a="/a.xml")
    installation.start()
    installation.await_fetches("/a.xml")
    installation.edit("mial: {password: hunter2}", a="/a.xml")
    wait_for(lambda: installation.settings()["problem"])
    installation.await_fetches("/a.xml", 3)

    place = "harken.yaml:8:1: mial: unknown setting. Did you mean 'mail'?"
    report = installation.status()
    assert report.returncode == 0, report.stderr
    assert "has a mistake and was not applied; the settings of" in report.stdout
    assert f"\n  {place}\n" in report.stdout
    result = json.loads(installation.status("--json").stdout)
    assert result["settings"]["problem"] == place
    assert result["coverage"]["heard"] == 1, result["coverage"]
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.port}/sources") as page:
        assert "harken.yaml has a mistake" in page.read().decode()
    log = installation.log(0)
    assert log.count('"event": "settings.rejected"') == 1
    assert "crawl process crashed" not in log
    assert "hunter2" not in log + report.stdout

    installation.edit(a="/a.xml")
    wait_for(lambda: not installation.settings()["problem"])
    assert "mistake" not in installation.status().stdout
    installation.await_fetches("/a.xml")


def test_new_edited_and_removed_sources_apply(installation: EditableInstallation):
    installation.edit(a="/a.xml", b="/b.xml")
    installation.start()
    installation.await_fetches("/a.xml")
    before = installation.settings()
    installation.edit(b="/other.xml", c="/c.xml")
    installation.await_fetches("/c.xml")
    installation.await_fetches("/other.xml")
    assert installation.settings()["applied_at"] > before["applied_at"]
    installation.await_fetches("/c.xml", 3)  # a crawl that began before the edit has ended
    counts = installation.site.count("/a.xml"), installation.site.count("/b.xml")
    installation.await_fetches("/c.xml", 4)
    assert (installation.site.count("/a.xml"), installation.site.count("/b.xml")) == counts
    assert len(installation.processes) == 1
    assert installation.processes[0].poll() is None


def test_settings_that_need_a_restart_are_listed_and_others_apply(
    installation: EditableInstallation,
):
    installation.edit(a="/a.xml")
    installation.start()
    pids = wait_for(lambda: installation.pids_of("run", "analyse", "index"))
    installation.edit("index_prefix: other\nzone: Europe/Berlin\n", a="/a.xml")
    wait_for(lambda: installation.settings()["restart"] == ["index_prefix"])
    assert "settings: changed; restart to apply index_prefix\n" in installation.status().stdout
    text = installation.path.read_text().replace("workers: 1", "workers: 2")
    installation.path.write_text(text)
    new_pids = wait_for(lambda: installation.pids_of("run", "analyse", "analyse-2", "index"))
    assert new_pids["run"] == pids["run"]
    assert new_pids["index"] == pids["index"], "only the workers of the model restart"
    installation.path.write_text(text.replace("workers: 2", "workers: 1"))
    wait_for(lambda: "analyse-2" not in installation.pids_of("run"))


def test_next_email_uses_a_new_recipient_and_mail_server(installation: EditableInstallation):
    recipients: list[tuple[str, ...]] = []

    class Sink:
        """Mail server that accepts everything."""

        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
            recipients.append(tuple(envelope.rcpt_tos))  # type: ignore[attr-defined]
            return "250 OK"

    installation.edit(a="/a.xml")
    installation.start()
    installation.await_fetches("/a.xml")
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
        installation.edit(subscription.replace("ADDRESS", "ada@acme.example") + mail, a="/a.xml")
        wait_for(lambda: recipients)
    finally:
        controller.stop()
    assert recipients == [("ada@acme.example",)]
