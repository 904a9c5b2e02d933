"""An edit of the settings is applied or rejected once, and tried again after a failure."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from config.settings_file import SettingsFile
from core.errors import TransientError
from harken.runtime.reload import SettingsReload
from harken.runtime.settings_watch import SettingsWatch
from store import settings_status
from store.settings_status import SettingsStatus
from tests.store.factories import NOON

TEXT = "state: state\nzone: UTC\n"


class Clock:
    """Clock that a test moves."""

    at = NOON

    def now(self):
        return self.at


class Edits:
    """A settings file, and the reload that applies its edits."""

    def __init__(self, folder, database):
        self.path = folder / "harken.yaml"
        self.path.write_text(TEXT)
        self.database, self.clock = database, Clock()
        self.changes, self.failures = [], 0
        file = SettingsFile(self.path, {})
        with database.write() as tx:
            status = SettingsStatus(path=str(self.path), applied_at=NOON)
            settings_status.replace_status(tx, status)
        self.reload = SettingsReload(
            SettingsWatch(file), database, self.clock, running=file.load(), apply=self.apply
        )

    async def apply(self, change):
        if self.failures:
            self.failures -= 1
            raise TransientError("The database does not respond.")
        self.changes.append(change)

    def edit(self, text):
        """Write *text* and poll for a while; return the events of the log."""
        self.path.write_text(text)
        return self.polls()

    def polls(self):
        """Poll often; a failing poll raises nothing, as in the schedule of a run."""
        with capture_logs() as logs:
            for _ in range(30):
                self.clock.at += timedelta(seconds=0.5)
                try:
                    asyncio.run(self.reload.poll())
                except TransientError:
                    logs.append({"event": "failed"})
        return [line["event"] for line in logs]

    def status(self):
        with self.database.read() as tx:
            return settings_status.current_status(tx)


@pytest.fixture
def edits(tmp_path, sqlite_record):
    return Edits(tmp_path, sqlite_record)


def test_an_edit_is_applied_once(edits):
    assert edits.edit(TEXT.replace("UTC", "Europe/Berlin")) == ["settings.applied"]
    (change,) = edits.changes
    assert (change.settings.zone, change.changed_keys) == ("Europe/Berlin", ("zone",))
    assert edits.status().applied_at > NOON
    assert edits.polls() == []


def test_a_mistake_is_stored_and_logged_once_and_goes_when_it_is_mended(edits):
    assert edits.edit(TEXT + "watchs: []\n") == ["settings.rejected"]
    assert edits.changes == []
    assert "harken.yaml:3:1: watchs: unknown setting." in edits.status().problem
    assert (edits.status().applied_at, edits.status().rejected_at) > (NOON, NOON)
    assert edits.edit(TEXT) == ["settings.applied"]
    assert edits.changes == [], "these settings are in force already"
    assert (edits.status().problem, edits.status().applied_at) == (None, NOON)


def test_a_change_that_needs_a_restart_is_stored_and_not_applied(edits):
    edits.edit(TEXT + "index_prefix: other\n")
    assert edits.changes == []
    assert edits.status().restart == ("index_prefix",)
    edits.edit(TEXT + "# as before\n")
    assert edits.status().restart == ()


def test_an_edit_is_compared_with_the_one_before(edits):
    edits.edit(TEXT.replace("UTC", "Europe/Berlin"))
    edits.edit(TEXT)
    assert [change.settings.zone for change in edits.changes] == ["Europe/Berlin", "UTC"]


def test_an_edit_that_cannot_be_applied_at_once_is_applied_later(edits):
    edits.failures = 3
    events = edits.edit(TEXT.replace("UTC", "Europe/Berlin"))
    assert events == ["failed"] * 3 + ["settings.applied"]
    assert len(edits.changes) == 1
