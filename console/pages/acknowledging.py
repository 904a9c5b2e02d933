"""Somebody has seen an incident: written with who and when, once."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.incident import Incident, Phase
from store.alerts import incidents, people


def acknowledge(tx: Connection, incident: Incident, *, person: str, now: datetime) -> bool:
    """Mark an open incident as acknowledged; False where it is not open any more.

    A compare-and-set on the revision: of two people who press the button one is the first, and
    what detection wrote meanwhile is not overwritten.
    """
    course = _course(tx, incident)
    if incident.state is not Phase.OPEN or course is None:
        return False
    after = replace(incident, state=Phase.ACKNOWLEDGED, updated=now, revision=incident.revision + 1)
    if not incidents.replace(tx, after, course=course, revision=incident.revision):
        return False
    incidents.add_event(tx, after, reason="acknowledged", facts={}, now=now, person=person)
    subject = f"incident:{incident.id}"
    people.note(tx, person, "acknowledge", subject, facts={"revision": after.revision}, now=now)
    return True


def _course(tx: Connection, incident: Incident) -> dict[str, object] | None:
    """What the state machine keeps with the incident; it goes on from there."""
    current = incidents.current(tx, incident.watch, since=incident.updated)
    return next((course for one, course in current if one.id == incident.id), None)
