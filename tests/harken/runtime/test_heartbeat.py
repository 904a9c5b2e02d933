"""Heartbeat: a restart is no recovery, and the last working beat stays."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import TransientError
from harken.runtime.heartbeat import BEAT_INTERVAL, Heartbeat
from store.processes import all_processes, remove

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def _only(record):
    with record.read() as tx:
        (process,) = all_processes(tx)
    return process


def test_a_failing_process_keeps_its_last_good_beat(sqlite_record):
    heart = Heartbeat(sqlite_record, "index", started_at=NOW)
    heart.beat(NOW)
    heart.beat(NOW + timedelta(minutes=1), "failing", "no disk")
    assert (_only(sqlite_record).state, _only(sqlite_record).beat) == ("failing", NOW)
    assert _only(sqlite_record).reason == "no disk"


def test_starting_again_is_no_recovery_but_working_is(sqlite_record):
    Heartbeat(sqlite_record, "index", started_at=NOW).beat(NOW)
    Heartbeat(sqlite_record, "index", started_at=NOW).beat(NOW, "failing", "x")
    again = Heartbeat(sqlite_record, "index", started_at=NOW + timedelta(minutes=2))
    again.beat(NOW + timedelta(minutes=2), "starting")
    assert _only(sqlite_record).state == "failing"
    again.beat(NOW + timedelta(minutes=3))
    assert (_only(sqlite_record).state, _only(sqlite_record).reason) == ("working", None)


def test_beating_often_writes_seldom(sqlite_record):
    heart = Heartbeat(sqlite_record, "run", started_at=NOW)
    heart.beat(NOW)
    heart.beat(NOW + timedelta(seconds=1))
    assert _only(sqlite_record).beat == NOW
    heart.beat(NOW + timedelta(seconds=6))
    assert _only(sqlite_record).beat == NOW + timedelta(seconds=6)


def test_of_a_process_that_was_never_seen_a_failure_is_told_too(sqlite_record):
    Heartbeat(sqlite_record, "smtp", started_at=NOW).beat(NOW, "failing", "refused")
    assert (_only(sqlite_record).state, _only(sqlite_record).reason) == ("failing", "refused")


@pytest.mark.parametrize("state", ["starting", "working", "failing"])
def test_a_new_state_is_told_at_once_and_the_same_one_not_before_its_time(sqlite_record, state):
    heart = Heartbeat(sqlite_record, "index", started_at=NOW)
    heart.beat(NOW, "working" if state != "working" else "starting")
    heart.beat(NOW, state, "why")
    assert _only(sqlite_record).state == state
    with sqlite_record.write() as tx:
        remove(tx, "index")
    heart.beat(NOW + BEAT_INTERVAL - timedelta(microseconds=1), state, "why")
    with sqlite_record.read() as tx:
        assert all_processes(tx) == []
    heart.beat(NOW + BEAT_INTERVAL, state, "why")
    assert _only(sqlite_record).state == state


def test_a_beat_that_did_not_reach_the_record_is_told_again_at_once(sqlite_record):
    class Deaf:
        def write(self):
            raise TransientError("The database does not respond.")

    heart = Heartbeat(sqlite_record, "run", started_at=NOW)
    heart._database = Deaf()
    with pytest.raises(TransientError):
        heart.beat(NOW)
    heart._database = sqlite_record
    heart.beat(NOW + timedelta(seconds=1))
    assert _only(sqlite_record).beat == NOW + timedelta(seconds=1)


def test_hearts_of_several_processes_do_not_mix(sqlite_record):
    for name in ("index", "analyse", "analyse-2"):
        Heartbeat(sqlite_record, name, started_at=NOW).beat(NOW)
    Heartbeat(sqlite_record, "analyse", started_at=NOW).beat(NOW, "failing", "x")
    with sqlite_record.read() as tx:
        states = {process.name: process.state for process in all_processes(tx)}
    assert states == {"index": "working", "analyse": "failing", "analyse-2": "working"}
