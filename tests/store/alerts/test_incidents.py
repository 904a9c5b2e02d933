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


def add(record: Database, **fields) -> Incident:
    with record.write() as tx:
        number = incidents.add(tx, incident(**fields), detector_json={"quiet": 0})
    return incident(**fields, id=number)


def get(record: Database, number: int) -> Incident | None:
    with record.read() as tx:
        return incidents.get(tx, number)


def test_incident_round_trips_exactly(record):
    original = add(
        record, topic="safety", kind=IncidentKind.ATTENTION, expected=1e-300, resolved=None
    )
    assert get(record, original.id) == original
    assert get(record, original.id + 1) is None


def test_incident_is_replaced_only_at_the_given_revision(record, now):
    first = add(record)
    second = replace(first, revision=2, severity=2, updated=now + HOUR)
    rival = replace(first, revision=2, severity=4)
    with record.write() as tx:
        assert incidents.replace(tx, second, detector_json={"quiet": 1}, revision=1)
    with record.write() as tx:
        assert not incidents.replace(tx, rival, detector_json={"quiet": 9}, revision=1)
    assert get(record, first.id) == second
    with record.read() as tx:
        assert incidents.active_or_recent(tx, "acme", since=now) == [(second, {"quiet": 1})]


def test_unknown_incident_is_not_replaced(record):
    with record.write() as tx:
        assert not incidents.replace(tx, incident(id=99), detector_json={}, revision=1)


def test_events_are_in_order(record, now):
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


def test_revision_has_one_event(record, now):
    first = add(record)
    with record.write() as tx:
        incidents.add_event(tx, first, reason="opened", facts={}, now=now)
    with pytest.raises(IntegrityError), record.write() as tx:
        incidents.add_event(tx, first, reason="opened again", facts={}, now=now)
    with record.read() as tx:
        assert [e["reason"] for e in incidents.events(tx, first.id)] == ["opened"]


def test_incident_and_its_event_are_one_transaction(record, now):
    def open_one(tx) -> None:
        number = incidents.add(tx, incident(), detector_json={})
        incidents.add_event(tx, incident(id=number), reason="opened", facts={}, now=now)

    killed_after(record, open_one)
    with record.read() as tx:
        assert incidents.all_incidents(tx) == []


def test_incidents_of_a_kind_newest_first(record, now):
    old = add(record, detected=now - HOUR)
    notice = add(record, kind=IncidentKind.SOUR)
    new = add(record)
    with record.read() as tx:
        assert incidents.all_incidents(tx) == [new, notice, old]
        assert incidents.all_incidents(tx, kind=IncidentKind.CRISIS) == [new, old]


def test_unresolved_incidents_are_active_crises(record, now):
    acknowledged_incident = add(record, state=IncidentState.ACKNOWLEDGED, detected=now - HOUR)
    open_ = add(record)
    add(record, state=IncidentState.RESOLVED, resolved=now)
    add(record, kind=IncidentKind.SOUR)
    with record.read() as tx:
        assert incidents.unresolved(tx) == [open_, acknowledged_incident]


def test_crisis_overlaps_every_window_that_it_touches(record, now):
    over = add(record, onset=now, resolved=now + HOUR, state=IncidentState.RESOLVED)
    going_on = add(record, onset=now + 3 * HOUR, detected=now + 3 * HOUR)
    theirs = add(record, watch="rival", onset=now, detected=now - HOUR)
    add(record, onset=now, kind=IncidentKind.SOUR)

    def overlapping(first, end, **filters):
        with record.read() as tx:
            return incidents.overlapping(
                tx, since=now + first * HOUR, until=now + end * HOUR, **filters
            )

    assert overlapping(-1, 0) == []
    assert overlapping(0, 1) == overlapping(1, 3) == [over, theirs]
    assert overlapping(2, 3) == [theirs]
    assert overlapping(2, 4) == [going_on, theirs]
    assert overlapping(9, 10, watch="acme") == [going_on]


def test_active_or_recent_incidents_of_a_watch(record, now):
    open_ = add(record, updated=now - 9 * HOUR)
    lately = add(record, state=IncidentState.RESOLVED, resolved=now, updated=now)
    add(record, state=IncidentState.RESOLVED, resolved=now, updated=now - HOUR)
    add(record, watch="rival")
    with record.read() as tx:
        rows = incidents.active_or_recent(tx, "acme", since=now)
    assert rows == [(open_, {"quiet": 0}), (lately, {"quiet": 0})]
