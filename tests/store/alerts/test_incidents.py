"""Incidents: no write replaces an unread revision, and events are only appended."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from core.incident import Incident, IncidentKind, IncidentState
from store.alerts import incidents
from store.database import Database
from tests.store.factories import incident, killed_after

HOUR = timedelta(hours=1)


def add(record: Database, **said) -> Incident:
    with record.write() as tx:
        number = incidents.add(tx, incident(**said), detector_json={"quiet": 0})
    return incident(**said, id=number)


def one(record: Database, number: int) -> Incident | None:
    with record.read() as tx:
        return incidents.get(tx, number)


def test_an_incident_is_read_as_it_was_written_to_the_last_bit(record):
    added = add(record, topic="safety", kind=IncidentKind.ATTENTION, expected=1e-300, resolved=None)
    assert one(record, added.id) == added
    assert one(record, added.id + 1) is None


def test_a_new_state_is_written_only_over_the_revision_that_was_read(record, now):
    first = add(record)
    second = replace(first, revision=2, severity=2, updated=now + HOUR)
    rival = replace(first, revision=2, severity=4)
    with record.write() as tx:
        assert incidents.replace(tx, second, detector_json={"quiet": 1}, revision=1)
    with record.write() as tx:
        assert not incidents.replace(tx, rival, detector_json={"quiet": 9}, revision=1)
    assert one(record, first.id) == second
    with record.read() as tx:
        assert incidents.active_or_recent(tx, "acme", since=now) == [(second, {"quiet": 1})]


def test_an_unknown_incident_is_not_replaced(record):
    with record.write() as tx:
        assert not incidents.replace(tx, incident(id=99), detector_json={}, revision=1)


def test_events_are_told_in_their_order(record, now):
    first = add(record)
    with record.write() as tx:
        incidents.add_event(tx, first, reason="opened", facts={"x": 4.5}, now=now)
        later = replace(first, revision=2)
        incidents.add_event(
            tx, later, reason="acknowledged", facts={}, now=now + HOUR, person="operator"
        )
        assert incidents.events(tx, first.id) == [
            {"revision": 1, "at": now, "reason": "opened", "person": None, "facts": {"x": 4.5}},
            {
                "revision": 2,
                "at": now + HOUR,
                "reason": "acknowledged",
                "person": "operator",
                "facts": {},
            },
        ]


def test_a_revision_has_one_event(record, now):
    first = add(record)
    with record.write() as tx:
        incidents.add_event(tx, first, reason="opened", facts={}, now=now)
    with pytest.raises(IntegrityError), record.write() as tx:
        incidents.add_event(tx, first, reason="opened again", facts={}, now=now)
    with record.read() as tx:
        assert [e["reason"] for e in incidents.events(tx, first.id)] == ["opened"]


def test_an_incident_and_its_event_stand_or_fall_together(record, now):
    def open_one(tx) -> None:
        number = incidents.add(tx, incident(), detector_json={})
        incidents.add_event(tx, incident(id=number), reason="opened", facts={}, now=now)

    killed_after(record, open_one)
    with record.read() as tx:
        assert incidents.all_incidents(tx) == []


def test_all_of_a_kind_newest_detected_first(record, now):
    old = add(record, detected=now - HOUR)
    notice = add(record, kind=IncidentKind.SOUR)
    new = add(record)
    with record.read() as tx:
        assert incidents.all_incidents(tx) == [new, notice, old]
        assert incidents.all_incidents(tx, kind=IncidentKind.CRISIS) == [new, old]


def test_unresolved_are_the_crises_that_are_not_over(record, now):
    seen = add(record, state=IncidentState.ACKNOWLEDGED, detected=now - HOUR)
    open_ = add(record)
    add(record, state=IncidentState.RESOLVED, resolved=now)
    add(record, kind=IncidentKind.SOUR)
    with record.read() as tx:
        assert incidents.unresolved(tx) == [open_, seen]


def test_a_crisis_stands_in_every_window_that_it_touches(record, now):
    over = add(record, onset=now, resolved=now + HOUR, state=IncidentState.RESOLVED)
    going_on = add(record, onset=now + 3 * HOUR, detected=now + 3 * HOUR)
    theirs = add(record, watch="rival", onset=now, detected=now - HOUR)
    add(record, onset=now, kind=IncidentKind.SOUR)

    def found(first, end, **of):
        with record.read() as tx:
            return incidents.overlapping(tx, since=now + first * HOUR, until=now + end * HOUR, **of)

    assert found(-1, 0) == []
    assert found(0, 1) == found(1, 3) == [over, theirs]
    assert found(2, 3) == [theirs]
    assert found(2, 4) == [going_on, theirs]
    assert found(9, 10, watch="acme") == [going_on]


def test_current_are_the_unresolved_and_the_lately_changed_of_one_watch(record, now):
    open_ = add(record, updated=now - 9 * HOUR)
    lately = add(record, state=IncidentState.RESOLVED, resolved=now, updated=now)
    add(record, state=IncidentState.RESOLVED, resolved=now, updated=now - HOUR)
    add(record, watch="rival")
    with record.read() as tx:
        found = incidents.active_or_recent(tx, "acme", since=now)
    assert found == [(open_, {"quiet": 0}), (lately, {"quiet": 0})]
