"""The outbox: an event is written once, tried until it is sent, and never lost."""

from datetime import date, timedelta

import pytest

from store.alerts import outbox
from store.alerts.outbox import OutboxEntry, OutboxMessage
from store.database import Database
from tests.store.factories import killed_after, parcel

MINUTE = timedelta(minutes=1)


def put(record: Database, *parcels: OutboxMessage, at) -> int:
    with record.write() as tx:
        return outbox.enqueue(tx, parcels, now=at)


def due(record: Database, *, at, limit: int = 50) -> list[OutboxEntry]:
    with record.read() as tx:
        return outbox.due(tx, now=at, limit=limit)


def test_a_parcel_comes_out_byte_for_byte(record, now):
    sent = parcel(day=date(2026, 3, 1), incident=None)
    assert put(record, sent, at=now) == 1
    (row,) = due(record, at=now)
    assert {n: getattr(row, n) for n in OutboxMessage.__dataclass_fields__} == {
        n: getattr(sent, n) for n in OutboxMessage.__dataclass_fields__
    }
    assert (row.state, row.attempts, row.created, row.due, row.sent) == ("due", 0, now, now, None)


def test_the_same_key_is_told_once_and_stays_as_it_was(record, now):
    put(record, parcel("a"), at=now)
    assert put(record, parcel("a", subject="Other"), parcel("b"), at=now + MINUTE) == 1
    rows = due(record, at=now + MINUTE)
    assert [(r.key, r.subject, r.created) for r in rows] == [
        ("a", "Crisis: Acme", now),
        ("b", "Crisis: Acme", now + MINUTE),
    ]


def test_a_parcel_goes_in_with_its_transaction_or_not_at_all(record, now):
    killed_after(record, lambda tx: outbox.enqueue(tx, [parcel()], now=now))
    assert due(record, at=now) == []


def test_a_letter_is_due_until_it_is_marked_sent(record, now):
    """At least once: after a kill between sending and marking it is sent again."""
    put(record, parcel(), at=now)
    (row,) = due(record, at=now)
    assert [r.id for r in due(record, at=now)] == [row.id]
    with record.write() as tx:
        outbox.mark_sent(tx, row.id, now=now + MINUTE)
        told = outbox.get(tx, row.id)
    assert due(record, at=now + MINUTE) == []
    assert told is not None
    assert (told.state, told.sent, told.attempts, told.reason) == ("sent", now + MINUTE, 1, None)


def test_a_postponed_letter_waits_and_remembers_why(record, now):
    put(record, parcel(), at=now)
    (row,) = due(record, at=now)
    with record.write() as tx:
        outbox.reschedule(tx, row.id, due=now + MINUTE, reason="451 try later")
    assert due(record, at=now) == []
    (again,) = due(record, at=now + MINUTE)
    assert (again.attempts, again.reason, again.message_id) == (1, "451 try later", row.message_id)


def test_a_letter_given_up_is_tried_no_more(record, now):
    put(record, parcel(), at=now)
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
def test_what_one_deliverer_sent_a_slower_one_cannot_change(record, now, late):
    put(record, parcel(), at=now)
    (row,) = due(record, at=now)
    with record.write() as tx:
        outbox.mark_sent(tx, row.id, now=now)
        before = outbox.get(tx, row.id)
        late(tx, row.id, now)
        assert outbox.get(tx, row.id) == before


def test_the_oldest_letter_is_tried_first_and_the_newest_shown_first(record, now):
    for k, name in enumerate(("a", "b", "c")):
        put(record, parcel(name), at=now + k * MINUTE)
    later = now + 9 * MINUTE
    assert [r.key for r in due(record, at=later)] == ["a", "b", "c"]
    assert [r.key for r in due(record, at=later, limit=1)] == ["a"]
    with record.read() as tx:
        assert [r.key for r in outbox.recent(tx)] == ["c", "b", "a"]
        assert [r.key for r in outbox.recent(tx, limit=2)] == ["c", "b"]
        assert outbox.counts(tx) == {"due": 3, "sent": 0, "failed": 0}


def test_an_entry_that_was_never_put_is_none(record, now):
    put(record, parcel("a"), at=now)
    with record.read() as tx:
        assert outbox.get(tx, 10**6) is None


def test_the_letters_on_an_incident_are_told_oldest_first(record, now):
    put(record, parcel("b", incident=7), at=now + MINUTE)
    put(record, parcel("a", incident=7), parcel("c", incident=8), at=now)
    with record.read() as tx:
        assert [r.key for r in outbox.of_incident(tx, 7)] == ["a", "b"]


def test_the_last_day_of_a_subscription_is_its_own(record, now):
    """An underscore in a name is a letter, not a wildcard."""
    digests = [("a_b:1", 3, "digest"), ("a_b:2", 5, "digest"), ("axb:1", 9, "digest")]
    rows = [parcel(k, kind=kind, day=date(2026, 3, day)) for k, day, kind in digests]
    put(record, *rows, parcel("a_b:3", day=date(2026, 3, 8)), at=now)
    with record.read() as tx:
        assert outbox.last_day(tx, "a_b") == date(2026, 3, 5)
        assert outbox.last_day(tx, "nobody") is None
