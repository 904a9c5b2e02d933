"""An installation of the first release opens; a new crawl of the same site adds no mention."""

import gzip
import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.harken.cli_process import harken

pytestmark = pytest.mark.crawl

RELEASE = Path(__file__).parents[1] / "data" / "first_release"
FILES = {
    "/feed.xml": "feed.xml",
    "/wp-json/wp/v2/posts": "posts.json",
    "/wp-json/wp/v2/comments": "comments.json",
}
LATER = "2026-11-22T09:10:00Z"


class Site(BaseHTTPRequestHandler):
    """Site that the first release crawled; other paths are not there."""

    def do_GET(self):
        name = FILES.get(self.path.partition("?")[0])
        body = (RELEASE / "site" / name).read_bytes() if name else b""
        self.send_response(200 if name else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Print nothing."""


@pytest.fixture
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def home(tmp_path, site):
    """Return the folder of an installation with its sources at the address of *site*."""
    state = tmp_path / "state"
    state.mkdir()
    (state / "record.db").write_bytes(gzip.decompress((RELEASE / "record.db.gz").read_bytes()))
    shutil.copy(RELEASE / "voice.key", state)
    settings = (RELEASE / "harken.yaml").read_text(encoding="utf-8")
    (tmp_path / "harken.yaml").write_text(settings.replace("http://127.0.0.1:18765", site))
    return tmp_path


def mentions(home):
    return [json.loads(line) for line in harken(home, "mentions", "--jsonl").splitlines()]


def test_mentions_of_the_first_release_load(home):
    rows = mentions(home)
    assert len({row["id"] for row in rows}) == len(rows) == 40
    assert sum(row["analysis"] == "scored" for row in rows) == 31


def test_crawl_of_the_same_site_adds_no_mention(home):
    before = mentions(home)
    run = json.loads(harken(home, "crawl", "--json", "--now", LATER))
    assert "failed" not in json.dumps(run)
    after = mentions(home)
    assert [row["uri"] for row in after] == [row["uri"] for row in before]
    assert {row["revision"] for row in after} == {1}


def test_index_is_built_from_the_database(home):
    harken(home, "rebuild", "--now", LATER)
    results = json.loads(harken(home, "search", "zorvex", "--json"))
    assert results["total"] == 40
