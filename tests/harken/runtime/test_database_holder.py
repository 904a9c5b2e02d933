"""A second run on one database is refused by name; a killed one is followed at once."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import ConfigError
from harken.runtime.database_holder import LOCK_FILE, PATIENCE_S, DatabaseHold
from harken.runtime.lock import acquire
from store import holders
from store.holders import Holder
from tests.store.factories import NOON

REMOTE = Holder(token="far", host="elsewhere.example", pid=7, folder="/srv/state", started=NOON)


def hold(record, folder, sleep=lambda _: None):
    return DatabaseHold(record, folder, sleep=sleep)


def current(record):
    with record.read() as tx:
        return holders.current_holder(tx)


def test_second_run_with_another_state_folder_is_refused_by_name(sqlite_record, tmp_path):
    hold(sqlite_record, tmp_path / "a").take(NOON)
    with acquire(tmp_path / "a" / LOCK_FILE), pytest.raises(ConfigError) as error:
        hold(sqlite_record, tmp_path / "b").take(NOON)
    assert f"pid {os.getpid()}" in str(error.value)
    assert str(tmp_path / "a") in str(error.value)
    assert current(sqlite_record).folder == str(tmp_path / "a")


def test_run_that_was_killed_on_this_machine_is_followed_at_once(sqlite_record, tmp_path):
    """Nobody has the lock of its folder; the clock of the new run may be any."""
    hold(sqlite_record, tmp_path / "a").take(NOON)
    hold(sqlite_record, tmp_path / "b").take(NOON - timedelta(days=1))
    assert current(sqlite_record).folder == str(tmp_path / "b")


def test_run_follows_its_predecessor_in_the_same_folder(sqlite_record, tmp_path):
    with acquire(tmp_path / LOCK_FILE):
        hold(sqlite_record, tmp_path).take(NOON)
        hold(sqlite_record, tmp_path).take(NOON)


def test_run_on_another_machine_is_alive_while_it_counts_heartbeats(sqlite_record, tmp_path):
    with sqlite_record.write() as tx:
        holders.replace_holder(tx, REMOTE, None)

    def sleep(seconds):
        assert seconds == PATIENCE_S
        with sqlite_record.write() as tx:
            holders.beat(tx, REMOTE.token)

    with pytest.raises(ConfigError, match=r"pid 7 on elsewhere\.example"):
        hold(sqlite_record, tmp_path, sleep).take(NOON)
    assert current(sqlite_record) == replace(REMOTE, beats=1)


def test_run_on_another_machine_without_heartbeats_is_followed(sqlite_record, tmp_path):
    with sqlite_record.write() as tx:
        holders.replace_holder(tx, REMOTE, None)
    hold(sqlite_record, tmp_path).take(NOON)
    assert current(sqlite_record).pid == os.getpid()


def test_replaced_run_is_told_by_whom(sqlite_record, tmp_path):
    first = hold(sqlite_record, tmp_path / "a")
    first.take(NOON)
    first.beat()
    hold(sqlite_record, tmp_path / "b").take(NOON)
    with pytest.raises(ConfigError, match=str(tmp_path / "b")):
        first.beat()
    first.release()
    assert current(sqlite_record).folder == str(tmp_path / "b")


def test_released_hold_is_free(sqlite_record, tmp_path):
    first = hold(sqlite_record, tmp_path)
    first.take(NOON)
    first.release()
    assert current(sqlite_record) is None
