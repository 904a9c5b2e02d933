"""Names on the hub: fetched from a local server that answers as the hub does, then from the cache.

The real hub was not available: it is untried.
"""

import json
import subprocess
import sys
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.nlp import classifier_folders

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[3]
COMMIT = "0123456789" * 4
NAME = "acme/our-sentiment"
PROGRAM = """
import json, sys
from core.errors import HarkenError
from nlp.models.huggingface.options import HuggingFaceOptions
options = HuggingFaceOptions.model_validate(json.loads(sys.argv[1]))
try:
    folder = options.locate()
    print(json.dumps([str(folder), sorted(path.name for path in folder.iterdir())]))
except HarkenError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


class Hub:
    """A server with the addresses of the hub for the files in a folder."""

    def __init__(self, folder):
        self.paths = []  # of all requests
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self._answer(with_body=False)

            def do_GET(self):
                self._answer(with_body=True)

            def _answer(self, *, with_body):
                hub.paths.append(self.path)
                status, content, headers = hub.response(self.path.partition("?")[0], folder)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if with_body:
                    self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    @staticmethod
    def response(path, folder):
        files = {file.name: file.read_bytes() for file in folder.iterdir()}
        oids = {name: sha1(content).hexdigest() for name, content in files.items()}
        if path == f"/api/models/{NAME}/tree/{COMMIT}":
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": oids[name]}
                for name, content in files.items()
            ]
            return 200, json.dumps(tree).encode(), {"Content-Type": "application/json"}
        name = path.removeprefix(f"/{NAME}/resolve/{COMMIT}/")
        if name in files:
            return 200, files[name], {"ETag": f'"{oids[name]}"', "X-Repo-Commit": COMMIT}
        return 404, b"", {"X-Error-Code": "RepoNotFound"}


@pytest.fixture
def hub(tmp_path):
    folder = classifier_folders.bert(tmp_path / "repository")
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    (folder / "own.py").write_text("code")
    result = Hub(folder)
    yield result
    result.server.shutdown()
    result.server.server_close()


def locate(hub, cache, **options):
    """Return the folder and its files, or the type and the message of an error."""
    values = {"path": NAME, "revision": COMMIT, "languages": ["en"], **options}
    environ = {"HF_ENDPOINT": hub.url, "HF_HOME": str(cache), "HF_HUB_OFFLINE": "0"}
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(values)],
        cwd=ROOT,
        env={**environ, "PYTHONPATH": str(ROOT), "HF_HUB_DISABLE_TELEMETRY": "1"},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return json.loads(process.stdout.splitlines()[-1])


def test_files_are_fetched_once_and_only_those_that_are_loaded(hub, tmp_path):
    folder, names = locate(hub, tmp_path / "cache", allow_hub=True)
    assert names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    assert Path(folder).name == COMMIT
    hub.paths.clear()
    assert locate(hub, tmp_path / "cache") == [folder, names]
    assert not hub.paths  # without allow_hub the cache alone is read


def test_nothing_is_fetched_unless_the_settings_allow_it(hub, tmp_path):
    kind, message = locate(hub, tmp_path / "cache")
    assert kind == "ConfigError"
    assert message.endswith("is not cached; set allow_hub: true to download it.")
    assert not hub.paths


def test_an_unknown_name_is_a_mistake_in_the_settings(hub, tmp_path):
    kind, message = locate(hub, tmp_path / "cache", path="acme/none", allow_hub=True)
    assert kind == "ConfigError"
    assert message == f"path: the hub has no acme/none of revision {COMMIT}."


def test_a_hub_that_does_not_answer_is_an_error_in_one_sentence(hub, tmp_path):
    hub.server.shutdown()
    hub.server.server_close()
    kind, message = locate(hub, tmp_path / "cache", allow_hub=True)
    assert (kind, message) == (
        "ConfigError",
        f"path: {NAME} of revision {COMMIT} is not cached; the hub was not reached.",
    )
