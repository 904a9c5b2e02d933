"""A channel and an index engine are one file each: nothing else has to be edited for them.

Both are written into a folder that the packages of plug-ins are extended by, and then used by the
commands and by the alert loop.
"""

import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import alerts.channels
import indexer.engines
from alerts.health import system_health
from config.load import load
from core.timestamps import format_utc
from harken import wiring
from harken.pipeline.deliver import deliver_due
from harken.plugin_settings import plugin_problems
from harken.runtime.alert_loop import AlertLoop
from harken.settings_sync import sync_settings
from store.alerts import outbox
from store.database import Database
from tests.harken.small_installation import NOW

ROOT = Path(__file__).parents[2]
CHANNEL = '''\
"""Messages as files in a folder."""

from pathlib import Path

from pydantic import Field, SecretStr

from alerts.channel import Channel, ChannelOptions, DeliveryReceipt, Notification
from core.errors import TransientError


class Board(Channel):
    """A folder with a file for each message."""

    class Options(ChannelOptions):
        """All of them are needed."""

        folder: Path = Field(description="The folder.")
        pin: SecretStr = Field(description="Text in front of each message.")

    options: Options

    def send(self, notification: Notification) -> DeliveryReceipt:
        self.probe()
        path = self.options.folder / notification.message_id.strip("<>")
        pin = self.options.pin.get_secret_value()
        path.write_text(f"{pin} {notification.recipient}: {notification.subject}")
        return DeliveryReceipt(message_id=notification.message_id, response="pinned")

    def probe(self) -> None:
        if not self.options.folder.is_dir():
            raise TransientError("the folder is missing")
'''
ENGINE = '''\
"""An index in a file of all changes, which every process reads from the start."""

import pickle
from pathlib import Path

from pydantic import Field

from indexer.engines.memory import MemoryIndex
from indexer.options import IndexOptions


class Logged(MemoryIndex):
    """The memory engine with a file."""

    class Options(IndexOptions):
        """The name is needed."""

        file: str = Field(description="Name of the file.")

    is_shared = True

    @classmethod
    def from_options(cls, options, *, state, writer):
        index = cls()
        index._path = Path(state) / "logged" / options.file
        index._path.parent.mkdir(exist_ok=True)
        index._path.touch()
        for line in index._path.read_text().splitlines():
            MemoryIndex.apply(index, pickle.loads(bytes.fromhex(line)))
        index.refresh()
        return index

    def apply(self, batch):
        outcomes = super().apply(batch)
        with self._path.open("a") as file:
            file.write(pickle.dumps(list(batch)).hex() + "\\n")
        return outcomes
'''
PROGRAM = """\
import sys
import alerts.channels, indexer.engines, nlp.models
for package in (alerts.channels, indexer.engines):
    package.__path__.append(sys.argv[1] + "/" + package.__name__)
nlp.models.__path__.append("tests/harken/models")
sys.argv = ["harken", *sys.argv[2:]]
from harken.__main__ import main
main()
"""
CONFIG = """\
state: {folder}/state
zone: Europe/Berlin
model: {{name: words}}
index: logged
index_options: {{file: changes}}
channels:
  board: {{folder: {folder}/board, pin: sesame-7}}
watches:
  - {{slug: veloria, name: Veloria, query: veloria}}
topics:
  - {{id: battery, name: Battery, sentences: [battery]}}
sources:
  - {{slug: blog, kind: feed, options: {{url: 'http://127.0.0.1:9/feed'}}}}
people:
  - {{slug: lead, name: Lead}}
  - {{slug: desk, name: Desk, email: desk@veloria.example}}
subscriptions:
  - {{slug: board, person: lead, kind: brief, channel: board}}
  - {{slug: post, person: desk, kind: brief}}
"""


@pytest.fixture
def home(tmp_path, month_file):
    """Return a folder with plug-ins, settings that name them, and a month of mentions."""
    for package, name, text in (
        ("alerts.channels", "board", CHANNEL),
        ("indexer.engines", "logged", ENGINE),
    ):
        (tmp_path / package).mkdir()
        (tmp_path / package / f"{name}.py").write_text(text)
    for name in ("state", "board"):
        (tmp_path / name).mkdir()
    shutil.copy(month_file, tmp_path / "state" / "record.db")
    (tmp_path / "harken.yaml").write_text(CONFIG.format(folder=tmp_path))
    record = Database(f"sqlite:///{tmp_path / 'state' / 'record.db'}")
    sync_settings(record, load(tmp_path / "harken.yaml", {}), now=NOW)
    record.close()
    return tmp_path


@pytest.fixture
def settings(home, monkeypatch):
    """Return the settings in this process, with the plug-ins."""
    for package in (alerts.channels, indexer.engines):
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(home / package.__name__)])
    yield load(home / "harken.yaml", {}, check=plugin_problems)
    for name in ("alerts.channels.board", "indexer.engines.logged"):
        sys.modules.pop(name, None)
        package, _, attribute = name.rpartition(".")
        vars(sys.modules[package]).pop(attribute, None)


def harken(home, *arguments):
    """Run a command in its own process; return the result."""
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, home, *arguments, "--config", home / "harken.yaml"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return SimpleNamespace(status=process.returncode, out=process.stdout, err=process.stderr)


@pytest.mark.slow
def test_commands_use_a_channel_and_an_engine_of_one_file_each(home):
    at = ("--now", format_utc(NOW))
    for step in ("index", "detect"):
        assert harken(home, step, *at).status == 0
    at = ("--now", format_utc(NOW + timedelta(minutes=5)))  # the clock of a command runs on
    deliver = harken(home, "deliver", *at, "--json")
    assert json.loads(deliver.out) | {"due": 2, "sent": 1, "failed": 1} == json.loads(deliver.out)
    [path] = (home / "board").iterdir()
    assert path.read_text().startswith("sesame-7 lead: INC-1")
    results = json.loads(harken(home, "search", "veloria", "--json").out)
    assert results["total"] > 0
    status = json.loads(harken(home, "status", *at, "--json").out)
    assert status["index"] == {"engine": "logged", "docs": status["index"]["docs"], "lag": 0}
    checks = {
        c["what"]: c["told"] for c in json.loads(harken(home, "check", "--json").out)["checks"]
    }
    assert checks["channel board"] == "board responds"
    assert re.match(r"[1-9]\d* mentions, ", checks["index"])


@pytest.mark.slow
def test_mistake_in_options_of_a_new_plugin_has_its_place(home):
    text = (home / "harken.yaml").read_text()
    (home / "harken.yaml").write_text(text.replace("pin:", "pins:").replace("file:", "fill:"))
    result = harken(home, "deliver")
    assert result.status == 2
    assert (
        "harken.yaml:5:17: index_options.fill: unknown option. Did you mean 'file'?" in result.err
    )
    assert "channels.board.pins: unknown option. Did you mean 'pin'?" in result.err
    assert "channels.board.pin: is required." in result.err
    assert "sesame-7" not in result.err


def test_alert_loop_probes_and_uses_a_new_channel(home, settings, month_record):
    clock = SimpleNamespace(now=lambda: NOW)
    (home / "board").rename(home / "away")
    sync_settings(month_record, settings, now=NOW)
    AlertLoop(month_record, settings, clock).tick()
    with month_record.read() as tx:
        [outage] = system_health(tx, now=NOW).outages
        entries = {entry.channel: entry for entry in outbox.recent(tx)}
    assert (outage.what, outage.name, outage.reason) == (
        "channel",
        "channel-board",
        "the folder is missing",
    )
    assert (entries["board"].state, entries["board"].recipient) == ("due", "lead")
    assert entries["email"].reason == "the channel email is not configured"
    (home / "away").rename(home / "board")
    later = entries["board"].due
    assert deliver_due(month_record, wiring.channels(settings), now=later).successes == 1
