"""Somebody has seen an incident: written with who and when, once."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.incident import Incident, IncidentState
from store.alerts import incidents, people


def acknowledge(tx: Connection, incident: Incident, *, person: str, now: datetime) -> bool:
    """Mark an open incident as acknowledged; False where it is not open any more.

    A compare-and-set on the revision: of two people who press the button one is the first, and
    what detection wrote meanwhile is not overwritten.
    """
    detector_json = _detector_json(tx, incident)
    if incident.state is not IncidentState.OPEN or detector_json is None:
        return False
    acknowledged_incident = replace(
        incident, state=IncidentState.ACKNOWLEDGED, updated=now, revision=incident.revision + 1
    )
    if not incidents.replace(
        tx, acknowledged_incident, detector_json=detector_json, revision=incident.revision
    ):
        return False
    incidents.add_event(
        tx, acknowledged_incident, reason="acknowledged", facts={}, now=now, person=person
    )
    subject = f"incident:{incident.id}"
    people.append_audit(
        tx,
        person,
        "acknowledge",
        subject,
        facts={"revision": acknowledged_incident.revision},
        now=now,
    )
    return True


def _detector_json(tx: Connection, incident: Incident) -> dict[str, object] | None:
    """What the state machine keeps with the incident; it goes on from there."""
    current = incidents.active_or_recent(tx, incident.watch, since=incident.updated)
    return next(
        (detector_json for candidate, detector_json in current if candidate.id == incident.id), None
    )
