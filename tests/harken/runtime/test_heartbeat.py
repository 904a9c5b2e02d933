"""Heartbeat: a restart does not end an outage, and the time of the last working beat stays."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import TransientError
from harken.runtime.heartbeat import BEAT_INTERVAL, Heartbeat
from store.processes import all_processes, is_hung, mark_failing, remove

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


HANG = timedelta(seconds=60)


def is_hung_at(record, at):
    return is_hung(_process(record), now=at, timeout=HANG)


def test_progress_of_a_working_process_is_a_beat(sqlite_record):
    heartbeat = Heartbeat(sqlite_record, "analyse", started_at=NOW)
    heartbeat.beat(NOW)
    later = NOW + timedelta(seconds=59)
    heartbeat.progress(later)
    assert (_process(sqlite_record).state, _process(sqlite_record).beat) == ("working", later)
    assert not is_hung_at(sqlite_record, later + HANG)
    assert is_hung_at(sqlite_record, later + HANG + timedelta(seconds=1))


def test_progress_does_not_end_a_failure_and_a_finished_step_does(sqlite_record):
    Heartbeat(sqlite_record, "analyse", started_at=NOW).beat(NOW)
    Heartbeat(sqlite_record, "analyse", started_at=NOW).beat(NOW, "failing", "killed")
    restarted = Heartbeat(sqlite_record, "analyse", started_at=NOW)
    later = NOW + timedelta(minutes=9)
    assert not is_hung_at(sqlite_record, later), "it is loading its model"
    restarted.progress(later)
    process = _process(sqlite_record)
    assert (process.state, process.reason, process.beat) == ("failing", "killed", NOW)
    assert process.progress == later
    restarted.beat(later)
    process = _process(sqlite_record)
    assert (process.state, process.progress, process.beat) == ("working", None, later)


def test_process_that_hangs_again_in_its_first_step_is_found(sqlite_record):
    Heartbeat(sqlite_record, "analyse", started_at=NOW).beat(NOW, "failing", "killed")
    later = NOW + timedelta(minutes=9)
    Heartbeat(sqlite_record, "analyse", started_at=NOW).progress(later)
    assert not is_hung_at(sqlite_record, later + HANG)
    assert is_hung_at(sqlite_record, later + HANG + timedelta(seconds=1))
    with sqlite_record.write() as tx:
        mark_failing(tx, "analyse", reason="killed")
    assert not is_hung_at(sqlite_record, later + 9 * HANG), "it is killed once"


def test_process_that_waits_after_a_failure_does_not_hang(sqlite_record):
    heartbeat = Heartbeat(sqlite_record, "index", started_at=NOW)
    heartbeat.beat(NOW, "failing", "no server")
    heartbeat.progress(NOW + timedelta(seconds=1))
    heartbeat.beat(NOW + timedelta(seconds=2), "failing", "no server")
    assert not is_hung_at(sqlite_record, NOW + 9 * HANG)


def test_frequent_progress_is_written_at_the_interval(sqlite_record):
    heartbeat = Heartbeat(sqlite_record, "analyse", started_at=NOW)
    heartbeat.progress(NOW)
    heartbeat.progress(NOW + BEAT_INTERVAL - timedelta(microseconds=1))
    assert _process(sqlite_record).beat == NOW
    heartbeat.progress(NOW + BEAT_INTERVAL)
    assert _process(sqlite_record).beat == NOW + BEAT_INTERVAL


def test_progress_goes_on_while_the_database_does_not_respond(sqlite_record):
    class Deaf:
        def write(self):
            raise TransientError("The database does not respond.")

    heartbeat = Heartbeat(sqlite_record, "analyse", started_at=NOW)
    heartbeat._database = Deaf()
    heartbeat.progress(NOW)
    heartbeat._database = sqlite_record
    heartbeat.progress(NOW + timedelta(seconds=1))
    assert _process(sqlite_record).beat == NOW + timedelta(seconds=1)


def test_silent_heartbeat_stores_no_progress(sqlite_record):
    Heartbeat(sqlite_record, "again", started_at=NOW, is_silent=True).progress(NOW)
    with sqlite_record.read() as tx:
        assert all_processes(tx) == []
