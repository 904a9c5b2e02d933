"""The outbox with two deliverers, kills and repeats: written once, sent at least once."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.alerts import incidents, outbox
from store.alerts.outbox import OutboxEntry
from store.database import Database
from tests.store.factories import incident, killed_after, outbox_message

MINUTE = timedelta(minutes=1)


def enqueue(record: Database, *names: str, at: datetime, **fields) -> int:
    with record.write() as tx:
        return outbox.enqueue(tx, [outbox_message(n, **fields) for n in names], now=at)


def due(record: Database, *, at: datetime) -> list[OutboxEntry]:
    with record.read() as tx:
        return outbox.due(tx, now=at)


def deliver(
    record: Database, received_ids: list[str], *, at: datetime, dies_after: int = 99
) -> None:
    """Send the due messages; a killed deliverer has sent the last one without marking it."""
    for row in due(record, at=at):
        received_ids.append(row.message_id)
        dies_after -= 1
        if not dies_after:
            return
        with record.write() as tx:
            outbox.mark_sent(tx, row.id, now=at)


@pytest.mark.parametrize("dies_after", [1, 2, 3])
def test_killed_deliverer_repeats_one_message_with_the_same_id(record, now, dies_after):
    enqueue(record, "a", "b", "c", at=now)
    received_ids: list[str] = []
    deliver(record, received_ids, at=now, dies_after=dies_after)
    deliver(record, received_ids, at=now)
    assert set(received_ids) == {outbox_message(n).message_id for n in "abc"}
    assert len(received_ids) == 3 + 1
    assert due(record, at=now) == []


def test_repeated_step_enqueues_nothing(record, now):
    assert enqueue(record, "a", "b", at=now) == 2
    assert enqueue(record, "a", "b", at=now + MINUTE) == 0
    received_ids: list[str] = []
    deliver(record, received_ids, at=now)
    assert enqueue(record, "b", "a", at=now + MINUTE) == 0
    assert due(record, at=now + MINUTE) == []
    assert len(received_ids) == 2


def test_repeated_key_in_one_call_is_enqueued_once(record, now):
    assert enqueue(record, "a", "a", "b", at=now) == 2


def test_failed_message_is_not_enqueued_again(record, now):
    enqueue(record, "a", at=now)
    with record.write() as tx:
        outbox.mark_failed(tx, due(record, at=now)[0].id, reason="550 no such user")
    assert enqueue(record, "a", at=now) == 0
    assert due(record, at=now + MINUTE) == []


def test_incident_event_and_messages_are_one_transaction(record, now):
    """No email without its incident, and no incident without its email."""

    def open_one(tx) -> None:
        number = incidents.add(tx, incident(), detector_json={})
        incidents.add_event(tx, incident(id=number), reason="opened", facts={}, now=now)
        outbox.enqueue(
            tx,
            [outbox_message("a", incident=number), outbox_message("b", incident=number)],
            now=now,
        )

    killed_after(record, open_one)
    assert due(record, at=now) == []
    with record.write() as tx:
        open_one(tx)
    with record.read() as tx:
        (one,) = incidents.all_incidents(tx)
        assert [r.key for r in outbox.of_incident(tx, one.id)] == ["a", "b"]


def test_second_detector_adds_neither_event_nor_message(record, now):
    """The revision is taken, so the whole second transaction is rolled back with its emails."""
    with record.write() as tx:
        number = incidents.add(tx, incident(), detector_json={})

    def add_event(key: str) -> None:
        with record.write() as tx:
            outbox.enqueue(tx, [outbox_message(key, incident=number)], now=now)
            incidents.add_event(tx, incident(id=number), reason="grew", facts={}, now=now)

    add_event("first")
    with pytest.raises(IntegrityError):
        add_event("second")
    with record.read() as tx:
        assert [r.key for r in outbox.of_incident(tx, number)] == ["first"]


def test_rescheduled_message_does_not_block_others(record, now):
    enqueue(record, "a", "b", at=now)
    first = due(record, at=now)[0]
    with record.write() as tx:
        outbox.reschedule(tx, first.id, due=now + 5 * MINUTE, reason="451 later")
    assert [r.key for r in due(record, at=now)] == ["b"]
    assert [r.key for r in due(record, at=now + 5 * MINUTE)] == ["a", "b"]


def test_every_attempt_is_counted(record, now):
    enqueue(record, "a", at=now)
    (row,) = due(record, at=now)
    with record.write() as tx:
        for k in range(3):
            outbox.reschedule(tx, row.id, due=now + k * MINUTE, reason="451 later")
        outbox.mark_sent(tx, row.id, now=now + 9 * MINUTE)
        entry = outbox.get(tx, row.id)
    assert entry is not None
    assert (entry.state, entry.attempts, entry.reason) == ("sent", 4, None)
    assert entry.sent == now + 9 * MINUTE


@pytest.mark.parametrize(
    ("name", "others"),
    [("lead", ["lead2:x", "le:x", "leader:x"]), ("a%", ["ab:x"]), ("a_b", ["axb:x"]), ("", ["x"])],
)
def test_last_day_ignores_subscriptions_with_similar_names(record, now, name, others):
    late, early = date(2026, 3, 9), date(2026, 3, 2)
    enqueue(record, *others, at=now, kind="digest", day=late)
    with record.read() as tx:
        assert outbox.last_day(tx, name) is None
    enqueue(record, f"{name}:{early}", at=now, kind="digest", day=early)
    with record.read() as tx:
        assert outbox.last_day(tx, name) == early


@pytest.mark.parametrize("eml", [b"", b"\x00\xff" * 50_000, bytes(range(256))])
def test_bytes_of_a_message_round_trip(record, now, eml):
    enqueue(record, "a", at=now, eml=eml, subject="Größe 😡 \u202e")
    (row,) = due(record, at=now)
    assert (row.eml, row.subject) == (eml, "Größe 😡 \u202e")
