"""Heartbeat: a restart does not end an outage, and the time of the last working beat stays."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import TransientError
from harken.runtime.heartbeat import BEAT_INTERVAL, Heartbeat
from store.processes import all_processes, remove

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def _process(record):
    with record.read() as tx:
        (process,) = all_processes(tx)
    return process


def test_failing_process_keeps_its_last_working_beat(sqlite_record):
    heartbeat = Heartbeat(sqlite_record, "index", started_at=NOW)
    heartbeat.beat(NOW)
    heartbeat.beat(NOW + timedelta(minutes=1), "failing", "no disk")
    assert (_process(sqlite_record).state, _process(sqlite_record).beat) == ("failing", NOW)
    assert _process(sqlite_record).reason == "no disk"


def test_outage_ends_with_work_and_not_with_a_restart(sqlite_record):
    Heartbeat(sqlite_record, "index", started_at=NOW).beat(NOW)
    Heartbeat(sqlite_record, "index", started_at=NOW).beat(NOW, "failing", "x")
    second = Heartbeat(sqlite_record, "index", started_at=NOW + timedelta(minutes=2))
    second.beat(NOW + timedelta(minutes=2), "starting")
    assert _process(sqlite_record).state == "failing"
    second.beat(NOW + timedelta(minutes=3))
    assert (_process(sqlite_record).state, _process(sqlite_record).reason) == ("working", None)


def test_frequent_beats_are_written_at_the_interval(sqlite_record):
    heartbeat = Heartbeat(sqlite_record, "run", started_at=NOW)
    heartbeat.beat(NOW)
    heartbeat.beat(NOW + timedelta(seconds=1))
    assert _process(sqlite_record).beat == NOW
    heartbeat.beat(NOW + timedelta(seconds=6))
    assert _process(sqlite_record).beat == NOW + timedelta(seconds=6)


def test_failure_of_a_new_process_is_stored(sqlite_record):
    Heartbeat(sqlite_record, "smtp", started_at=NOW).beat(NOW, "failing", "refused")
    assert (_process(sqlite_record).state, _process(sqlite_record).reason) == ("failing", "refused")


@pytest.mark.parametrize("state", ["starting", "working", "failing"])
def test_new_state_is_written_immediately_and_the_same_state_at_the_interval(sqlite_record, state):
    heartbeat = Heartbeat(sqlite_record, "index", started_at=NOW)
    heartbeat.beat(NOW, "working" if state != "working" else "starting")
    heartbeat.beat(NOW, state, "why")
    assert _process(sqlite_record).state == state
    with sqlite_record.write() as tx:
        remove(tx, "index")
    heartbeat.beat(NOW + BEAT_INTERVAL - timedelta(microseconds=1), state, "why")
    with sqlite_record.read() as tx:
        assert all_processes(tx) == []
    heartbeat.beat(NOW + BEAT_INTERVAL, state, "why")
    assert _process(sqlite_record).state == state


def test_beat_is_written_again_after_a_database_error(sqlite_record):
    class Deaf:
        def write(self):
            raise TransientError("The database does not respond.")

    heartbeat = Heartbeat(sqlite_record, "run", started_at=NOW)
    heartbeat._database = Deaf()
    with pytest.raises(TransientError):
        heartbeat.beat(NOW)
    heartbeat._database = sqlite_record
    heartbeat.beat(NOW + timedelta(seconds=1))
    assert _process(sqlite_record).beat == NOW + timedelta(seconds=1)


def test_heartbeats_of_several_processes_are_separate(sqlite_record):
    for name in ("index", "analyse", "analyse-2"):
        Heartbeat(sqlite_record, name, started_at=NOW).beat(NOW)
    Heartbeat(sqlite_record, "analyse", started_at=NOW).beat(NOW, "failing", "x")
    with sqlite_record.read() as tx:
        states = {process.name: process.state for process in all_processes(tx)}
    assert states == {"index": "working", "analyse": "failing", "analyse-2": "working"}
