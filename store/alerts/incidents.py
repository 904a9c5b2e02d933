"""Incidents and notices, with the append-only events of their history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select, update

from core.incident import Incident, IncidentKind, IncidentState
from store.tables import incident_events, incidents

_FIELDS = tuple(Incident.__dataclass_fields__)


def add(tx: Connection, incident: Incident, *, detector_json: Mapping[str, Any]) -> int:
    """Insert a new incident (its ``id`` is ignored) and return its id.

    Args:
        incident: the new incident.
        detector_json: the state of the detector for this incident.
    """
    values = _values(incident) | {"course": dict(detector_json)}
    return int(tx.execute(insert(incidents).values(values).returning(incidents.c.id)).scalar_one())


def replace(
    tx: Connection, incident: Incident, *, detector_json: Mapping[str, Any], revision: int
) -> bool:
    """Replace the state of *revision*; return False if another writer changed it before."""
    condition = (incidents.c.id == incident.id) & (incidents.c.revision == revision)
    values = _values(incident) | {"course": dict(detector_json)}
    return tx.execute(update(incidents).where(condition).values(values)).rowcount == 1


def add_event(
    tx: Connection,
    incident: Incident,
    *,
    reason: str,
    facts: Mapping[str, Any],
    now: datetime,
    person: str | None = None,
) -> None:
    """Append the event of the present revision; each revision has one."""
    tx.execute(
        insert(incident_events).values(
            incident=incident.id,
            revision=incident.revision,
            at=now,
            reason=reason,
            person=person,
            facts=dict(facts),
        )
    )


def get(tx: Connection, incident_id: int) -> Incident | None:
    """Return one incident; None: there is no such id."""
    rows = _fetch(tx, select(incidents).where(incidents.c.id == incident_id))
    return rows[0][0] if rows else None


def all_incidents(tx: Connection, *, kind: IncidentKind | None = None) -> list[Incident]:
    """Return all incidents (or all of *kind*), newest detected first."""
    return _newest(tx) if kind is None else _newest(tx, incidents.c.kind == kind)


def unresolved(tx: Connection) -> list[Incident]:
    """Return the crises that are not resolved, newest detected first; every page reads them."""
    return _newest(
        tx, incidents.c.kind == IncidentKind.CRISIS, incidents.c.state != IncidentState.RESOLVED
    )


def overlapping(
    tx: Connection, *, since: datetime, until: datetime, watch: str | None = None
) -> list[Incident]:
    """Return the crises (of *watch*) that overlap [since, until), newest detected first.

    All evidence of an incident was published during it, so no other crisis has a mention of that
    time in its evidence.
    """
    end_condition = incidents.c.resolved.is_(None) | (incidents.c.resolved >= since)
    watch_conditions = [] if watch is None else [incidents.c.watch == watch]
    return _newest(
        tx,
        incidents.c.kind == IncidentKind.CRISIS,
        incidents.c.onset < until,
        end_condition,
        *watch_conditions,
    )


def detected_within(
    tx: Connection, kind: IncidentKind, watch: str, *, since: datetime, until: datetime
) -> list[Incident]:
    """Return the incidents of *kind* and *watch* detected in [since, until), newest first."""
    return _newest(
        tx,
        incidents.c.kind == kind,
        incidents.c.watch == watch,
        incidents.c.detected >= since,
        incidents.c.detected < until,
    )


def active_or_recent(
    tx: Connection, watch: str, *, since: datetime
) -> list[tuple[Incident, dict[str, Any]]]:
    """Return the incidents and notices of *watch*, unresolved or changed from *since* on."""
    condition = (incidents.c.state != IncidentState.RESOLVED) | (incidents.c.updated >= since)
    query = select(incidents).where(incidents.c.watch == watch, condition).order_by(incidents.c.id)
    return _fetch(tx, query)


def events(tx: Connection, incident_id: int) -> list[dict[str, Any]]:
    """Return the events of one incident, oldest first: revision, at, reason, person, facts."""
    query = select(incident_events).where(incident_events.c.incident == incident_id)
    rows = tx.execute(query.order_by(incident_events.c.revision))
    names = ("revision", "at", "reason", "person", "facts")
    return [{name: getattr(row, name) for name in names} for row in rows]


def _values(incident: Incident) -> dict[str, Any]:
    values = {name: getattr(incident, name) for name in _FIELDS if name != "id"}
    return values | {
        "mentions": list(incident.mentions),
        "coverage": dict(incident.coverage),
        "spike": dict(incident.spike),
    }


def _newest(tx: Connection, *conditions: ColumnElement[bool]) -> list[Incident]:
    query = select(incidents).where(*conditions)
    rows = _fetch(tx, query.order_by(incidents.c.detected.desc(), incidents.c.id.desc()))
    return [incident for incident, _ in rows]


def _fetch(tx: Connection, query: Select[Any]) -> list[tuple[Incident, dict[str, Any]]]:
    return [(_incident(row), row.course) for row in tx.execute(query)]


def _incident(row: Any) -> Incident:
    values = {name: getattr(row, name) for name in _FIELDS}
    values["kind"] = IncidentKind(row.kind)
    values["state"] = IncidentState(row.state)
    values["mentions"] = tuple(row.mentions)
    return Incident(**values)
