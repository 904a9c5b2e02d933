"""An edit of the settings is applied or rejected once, and retried after a failure."""

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
    """Clock that a test sets."""

    at = NOON

    def now(self):
        return self.at


class EditedSettings:
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
        return self.poll_often()

    def poll_often(self):
        """Poll for 15 s of the clock; return the events. A failing poll raises nothing."""
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
def edited_settings(tmp_path, sqlite_record):
    return EditedSettings(tmp_path, sqlite_record)


def test_edit_is_applied_once(edited_settings):
    assert edited_settings.edit(TEXT.replace("UTC", "Europe/Berlin")) == ["settings.applied"]
    (change,) = edited_settings.changes
    assert (change.settings.zone, change.changed_keys) == ("Europe/Berlin", ("zone",))
    assert edited_settings.status().applied_at > NOON
    assert edited_settings.poll_often() == []


def test_mistake_is_stored_and_logged_once_until_its_correction(edited_settings):
    assert edited_settings.edit(TEXT + "watchs: []\n") == ["settings.rejected"]
    assert edited_settings.changes == []
    assert "harken.yaml:3:1: watchs: unknown setting." in edited_settings.status().problem
    assert (edited_settings.status().applied_at, edited_settings.status().rejected_at) > (
        NOON,
        NOON,
    )
    assert edited_settings.edit(TEXT) == ["settings.applied"]
    assert edited_settings.changes == [], "these settings are in force already"
    assert (edited_settings.status().problem, edited_settings.status().applied_at) == (None, NOON)


def test_change_that_needs_a_restart_is_stored_and_not_applied(edited_settings):
    edited_settings.edit(TEXT + "index_prefix: other\n")
    assert edited_settings.changes == []
    assert edited_settings.status().restart == ("index_prefix",)
    edited_settings.edit(TEXT + "# as before\n")
    assert edited_settings.status().restart == ()


def test_edit_is_compared_with_the_previous_one(edited_settings):
    edited_settings.edit(TEXT.replace("UTC", "Europe/Berlin"))
    edited_settings.edit(TEXT)
    assert [change.settings.zone for change in edited_settings.changes] == ["Europe/Berlin", "UTC"]


def test_edit_is_applied_later_after_failures(edited_settings):
    edited_settings.failures = 3
    events = edited_settings.edit(TEXT.replace("UTC", "Europe/Berlin"))
    assert events == ["failed"] * 3 + ["settings.applied"]
    assert len(edited_settings.changes) == 1
