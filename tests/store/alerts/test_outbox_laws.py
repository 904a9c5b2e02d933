"""The outbox with two deliverers, kills and repeats: written once, sent at least once."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.alerts import incidents, outbox
from store.alerts.outbox import OutboxEntry
from store.database import Database
from tests.store.factories import incident, killed_after, parcel

MINUTE = timedelta(minutes=1)


def put(record: Database, *names: str, at: datetime, **said) -> int:
    with record.write() as tx:
        return outbox.enqueue(tx, [parcel(n, **said) for n in names], now=at)


def due(record: Database, *, at: datetime) -> list[OutboxEntry]:
    with record.read() as tx:
        return outbox.due(tx, now=at)


def deliver(record: Database, arrived: list[str], *, at: datetime, dies_after: int = 99) -> None:
    """Send the due messages; a killed deliverer has sent the last one without marking it."""
    for row in due(record, at=at):
        arrived.append(row.message_id)
        dies_after -= 1
        if not dies_after:
            return
        with record.write() as tx:
            outbox.mark_sent(tx, row.id, now=at)


@pytest.mark.parametrize("dies_after", [1, 2, 3])
def test_who_dies_after_sending_repeats_one_letter_under_the_same_id(record, now, dies_after):
    put(record, "a", "b", "c", at=now)
    arrived: list[str] = []
    deliver(record, arrived, at=now, dies_after=dies_after)
    deliver(record, arrived, at=now)
    assert set(arrived) == {parcel(n).message_id for n in "abc"}
    assert len(arrived) == 3 + 1
    assert due(record, at=now) == []


def test_a_step_that_is_repeated_puts_nothing_again(record, now):
    assert put(record, "a", "b", at=now) == 2
    assert put(record, "a", "b", at=now + MINUTE) == 0
    arrived: list[str] = []
    deliver(record, arrived, at=now)
    assert put(record, "b", "a", at=now + MINUTE) == 0
    assert due(record, at=now + MINUTE) == []
    assert len(arrived) == 2


def test_a_key_that_stands_twice_among_the_parcels_is_put_once(record, now):
    assert put(record, "a", "a", "b", at=now) == 2


def test_a_letter_failed_for_good_is_not_put_again(record, now):
    put(record, "a", at=now)
    with record.write() as tx:
        outbox.mark_failed(tx, due(record, at=now)[0].id, reason="550 no such user")
    assert put(record, "a", at=now) == 0
    assert due(record, at=now + MINUTE) == []


def test_an_incident_its_event_and_its_letters_stand_or_fall_together(record, now):
    """No email without its incident, and no incident without its email."""

    def open_one(tx) -> None:
        number = incidents.add(tx, incident(), detector_json={})
        incidents.add_event(tx, incident(id=number), reason="opened", facts={}, now=now)
        outbox.enqueue(tx, [parcel("a", incident=number), parcel("b", incident=number)], now=now)

    killed_after(record, open_one)
    assert due(record, at=now) == []
    with record.write() as tx:
        open_one(tx)
    with record.read() as tx:
        (one,) = incidents.all_incidents(tx)
        assert [r.key for r in outbox.of_incident(tx, one.id)] == ["a", "b"]


def test_two_detectors_at_once_open_one_event_and_tell_it_once(record, now):
    """The revision is taken, so the whole second transaction is rolled back with its emails."""
    with record.write() as tx:
        number = incidents.add(tx, incident(), detector_json={})

    def tell(key: str) -> None:
        with record.write() as tx:
            outbox.enqueue(tx, [parcel(key, incident=number)], now=now)
            incidents.add_event(tx, incident(id=number), reason="grew", facts={}, now=now)

    tell("first")
    with pytest.raises(IntegrityError):
        tell("second")
    with record.read() as tx:
        assert [r.key for r in outbox.of_incident(tx, number)] == ["first"]


def test_a_postponed_letter_lets_the_others_pass(record, now):
    put(record, "a", "b", at=now)
    first = due(record, at=now)[0]
    with record.write() as tx:
        outbox.reschedule(tx, first.id, due=now + 5 * MINUTE, reason="451 later")
    assert [r.key for r in due(record, at=now)] == ["b"]
    assert [r.key for r in due(record, at=now + 5 * MINUTE)] == ["a", "b"]


def test_every_try_is_counted(record, now):
    put(record, "a", at=now)
    (row,) = due(record, at=now)
    with record.write() as tx:
        for k in range(3):
            outbox.reschedule(tx, row.id, due=now + k * MINUTE, reason="451 later")
        outbox.mark_sent(tx, row.id, now=now + 9 * MINUTE)
        told = outbox.get(tx, row.id)
    assert told is not None
    assert (told.state, told.attempts, told.reason) == ("sent", 4, None)
    assert told.sent == now + 9 * MINUTE


@pytest.mark.parametrize(
    ("name", "others"),
    [("lead", ["lead2:x", "le:x", "leader:x"]), ("a%", ["ab:x"]), ("a_b", ["axb:x"]), ("", ["x"])],
)
def test_the_days_of_a_subscription_are_not_those_of_one_with_a_like_name(
    record, now, name, others
):
    late, early = date(2026, 3, 9), date(2026, 3, 2)
    put(record, *others, at=now, kind="digest", day=late)
    with record.read() as tx:
        assert outbox.last_day(tx, name) is None
    put(record, f"{name}:{early}", at=now, kind="digest", day=early)
    with record.read() as tx:
        assert outbox.last_day(tx, name) == early


@pytest.mark.parametrize("eml", [b"", b"\x00\xff" * 50_000, bytes(range(256))])
def test_the_bytes_of_a_letter_come_back_as_they_were(record, now, eml):
    put(record, "a", at=now, eml=eml, subject="Größe 😡 \u202e")
    (row,) = due(record, at=now)
    assert (row.eml, row.subject) == (eml, "Größe 😡 \u202e")
