"""What a process says of itself: a restart is no recovery, and the last good beat stays."""

from datetime import UTC, datetime, timedelta

import pytest

from harken.heartbeat import Heartbeat
from store.processes import everyone
from store.record import Record

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.fixture
def sqlite(tmp_path):
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    record.setup()
    yield record
    record.close()


def _only(record):
    with record.read() as tx:
        (process,) = everyone(tx)
    return process


def test_a_failing_process_keeps_its_last_good_beat(sqlite):
    heart = Heartbeat(sqlite, "index", started=NOW)
    heart.beat(NOW)
    heart.beat(NOW + timedelta(minutes=1), "failing", "no disk")
    assert (_only(sqlite).state, _only(sqlite).beat) == ("failing", NOW)
    assert _only(sqlite).reason == "no disk"


def test_starting_again_is_no_recovery_but_working_is(sqlite):
    Heartbeat(sqlite, "index", started=NOW).beat(NOW)
    Heartbeat(sqlite, "index", started=NOW).beat(NOW, "failing", "x")
    again = Heartbeat(sqlite, "index", started=NOW + timedelta(minutes=2))
    again.beat(NOW + timedelta(minutes=2), "starting")
    assert _only(sqlite).state == "failing"
    again.beat(NOW + timedelta(minutes=3))
    assert (_only(sqlite).state, _only(sqlite).reason) == ("working", None)


def test_beating_often_writes_seldom(sqlite):
    heart = Heartbeat(sqlite, "run", started=NOW)
    heart.beat(NOW)
    heart.beat(NOW + timedelta(seconds=1))
    assert _only(sqlite).beat == NOW
    heart.beat(NOW + timedelta(seconds=6))
    assert _only(sqlite).beat == NOW + timedelta(seconds=6)
