"""The outbox: an event is written once, tried until it is sent, and never lost."""

from datetime import date, timedelta

import pytest

from store.alerts import outbox
from store.alerts.outbox import OutboxEntry, OutboxMessage
from store.database import Database
from tests.store.factories import killed_after, outbox_message

MINUTE = timedelta(minutes=1)


def enqueue(record: Database, *messages: OutboxMessage, at) -> int:
    with record.write() as tx:
        return outbox.enqueue(tx, messages, now=at)


def due(record: Database, *, at, limit: int = 50) -> list[OutboxEntry]:
    with record.read() as tx:
        return outbox.due(tx, now=at, limit=limit)


def test_message_round_trips_byte_for_byte(record, now):
    message = outbox_message(day=date(2026, 3, 1), incident=None)
    assert enqueue(record, message, at=now) == 1
    (row,) = due(record, at=now)
    assert {n: getattr(row, n) for n in OutboxMessage.__dataclass_fields__} == {
        n: getattr(message, n) for n in OutboxMessage.__dataclass_fields__
    }
    assert (row.state, row.attempts, row.created, row.due, row.sent) == ("due", 0, now, now, None)


def test_message_with_an_existing_key_is_ignored(record, now):
    enqueue(record, outbox_message("a"), at=now)
    assert (
        enqueue(record, outbox_message("a", subject="Other"), outbox_message("b"), at=now + MINUTE)
        == 1
    )
    rows = due(record, at=now + MINUTE)
    assert [(r.key, r.subject, r.created) for r in rows] == [
        ("a", "Crisis: Acme", now),
        ("b", "Crisis: Acme", now + MINUTE),
    ]


def test_message_of_a_rolled_back_transaction_is_not_stored(record, now):
    killed_after(record, lambda tx: outbox.enqueue(tx, [outbox_message()], now=now))
    assert due(record, at=now) == []


def test_message_is_due_until_it_is_marked_as_sent(record, now):
    """At least once: after a kill between sending and marking it is sent again."""
    enqueue(record, outbox_message(), at=now)
    (row,) = due(record, at=now)
    assert [r.id for r in due(record, at=now)] == [row.id]
    with record.write() as tx:
        outbox.mark_sent(tx, row.id, now=now + MINUTE)
        entry = outbox.get(tx, row.id)
    assert due(record, at=now + MINUTE) == []
    assert entry is not None
    assert (entry.state, entry.sent, entry.attempts, entry.reason) == (
        "sent",
        now + MINUTE,
        1,
        None,
    )


def test_rescheduled_message_waits_with_its_reason(record, now):
    enqueue(record, outbox_message(), at=now)
    (row,) = due(record, at=now)
    with record.write() as tx:
        outbox.reschedule(tx, row.id, due=now + MINUTE, reason="451 try later")
    assert due(record, at=now) == []
    (again,) = due(record, at=now + MINUTE)
    assert (again.attempts, again.reason, again.message_id) == (1, "451 try later", row.message_id)


def test_failed_message_is_not_due(record, now):
    enqueue(record, outbox_message(), at=now)
    (row,) = due(record, at=now)
    with record.write() as tx:
        outbox.mark_failed(tx, row.id, reason="550 no such user")
        assert outbox.counts(tx) == {"due": 0, "sent": 0, "failed": 1}
    assert due(record, at=now + MINUTE) == []


@pytest.mark.parametrize(
    "late",
    [
        lambda tx, n, now: outbox.mark_failed(tx, n, reason="timeout"),
        lambda tx, n, now: outbox.reschedule(tx, n, due=now, reason="timeout"),
        lambda tx, n, now: outbox.mark_sent(tx, n, now=now + MINUTE),
    ],
)
def test_sent_message_is_not_changed_by_a_slower_deliverer(record, now, late):
    enqueue(record, outbox_message(), at=now)
    (row,) = due(record, at=now)
    with record.write() as tx:
        outbox.mark_sent(tx, row.id, now=now)
        before = outbox.get(tx, row.id)
        late(tx, row.id, now)
        assert outbox.get(tx, row.id) == before


def test_due_messages_oldest_first_and_recent_ones_newest_first(record, now):
    for k, name in enumerate(("a", "b", "c")):
        enqueue(record, outbox_message(name), at=now + k * MINUTE)
    later = now + 9 * MINUTE
    assert [r.key for r in due(record, at=later)] == ["a", "b", "c"]
    assert [r.key for r in due(record, at=later, limit=1)] == ["a"]
    with record.read() as tx:
        assert [r.key for r in outbox.recent(tx)] == ["c", "b", "a"]
        assert [r.key for r in outbox.recent(tx, limit=2)] == ["c", "b"]
        assert outbox.counts(tx) == {"due": 3, "sent": 0, "failed": 0}


def test_unknown_entry_is_none(record, now):
    enqueue(record, outbox_message("a"), at=now)
    with record.read() as tx:
        assert outbox.get(tx, 10**6) is None


def test_messages_of_an_incident_oldest_first(record, now):
    enqueue(record, outbox_message("b", incident=7), at=now + MINUTE)
    enqueue(record, outbox_message("a", incident=7), outbox_message("c", incident=8), at=now)
    with record.read() as tx:
        assert [r.key for r in outbox.of_incident(tx, 7)] == ["a", "b"]


def test_last_day_is_that_of_the_subscription(record, now):
    """An underscore in a name is no wildcard."""
    digests = [("a_b:1", 3, "digest"), ("a_b:2", 5, "digest"), ("axb:1", 9, "digest")]
    rows = [outbox_message(k, kind=kind, day=date(2026, 3, day)) for k, day, kind in digests]
    enqueue(record, *rows, outbox_message("a_b:3", day=date(2026, 3, 8)), at=now)
    with record.read() as tx:
        assert outbox.last_day(tx, "a_b") == date(2026, 3, 5)
        assert outbox.last_day(tx, "nobody") is None
