"""Storage of an event of detection: the incident, its history, and briefs on crises and news."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from alerts.detection.evidence import collect_evidence
from alerts.detection.lifecycle import IncidentEvent, NotifyReason
from alerts.health import coverage_keys, system_health
from core.errors import TransientError
from core.incident import MAX_EVIDENCE, Incident, IncidentKind, IncidentState
from core.observation import Observation
from core.timestamps import format_utc
from harken.pipeline.notify import Notifier
from store.alerts import incidents

log = structlog.get_logger()

REOPEN_WINDOW: Final = timedelta(hours=48)  # a resolved incident may reopen within a day


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBasis:
    """Observations behind an event."""

    observations: Sequence[Observation]
    tipping_id: str | None  # the mention that made the score cross the threshold, if known


def record_event(
    tx: Connection,
    notifier: Notifier,
    event: IncidentEvent,
    basis: EventBasis,
    now: datetime,
) -> None:
    """Store *event*: the incident, its history, and briefs on a crisis or a news wave."""
    opened_at = format_utc(event.opened)
    recent = incidents.active_or_recent(tx, event.watch, since=now - REOPEN_WINDOW)
    matching = [
        i
        for i, detector_json in recent
        if i.kind == event.kind and detector_json["opened"] == opened_at
    ]
    if matching and event.reason is not NotifyReason.NOTICED:
        incident = _update_incident(tx, matching[0], event, basis.observations, now)
    else:
        incident = _new_incident(tx, event, basis.observations, now)
    facts = {
        "score": event.spike.score if event.spike else None,
        "topics": list(event.topics),
        "tipped": basis.tipping_id,
    }
    incidents.add_event(tx, incident, reason=event.reason, facts=facts, now=now)
    log.info("incident.told", incident=incident.id, reason=event.reason, kind=event.kind)
    if event.kind in (IncidentKind.CRISIS, IncidentKind.NEWS):
        notifier.enqueue_brief(tx, incident, now=now)


def _new_incident(
    tx: Connection, event: IncidentEvent, observations: Sequence[Observation], now: datetime
) -> Incident:
    assert event.spike is not None  # only a resolved event has none; its incident exists
    is_notice = event.reason is NotifyReason.NOTICED
    incident = Incident(
        id=0,
        watch=event.watch,
        topic=event.topic,
        kind=event.kind,
        state=IncidentState.RESOLVED if is_notice else event.state,
        severity=event.severity,
        onset=event.spike.onset,
        detected=now,
        updated=now,
        resolved=now if is_notice else None,
        mentions=(),
        voices=0,
        families=0,
        coverage=coverage_keys(system_health(tx, now=now).coverage),
        **_spike_figures(event),
    )
    incident = _with_evidence(incident, observations, now)
    incident_id = incidents.add(tx, incident, detector_json={"opened": format_utc(event.opened)})
    return replace(incident, id=incident_id)


def _update_incident(
    tx: Connection,
    previous: Incident,
    event: IncidentEvent,
    observations: Sequence[Observation],
    now: datetime,
) -> Incident:
    is_over = event.state is IncidentState.RESOLVED
    revised_incident = replace(
        previous,
        state=_next_state(previous, event),
        topic=event.topic,
        severity=min(event.severity, previous.severity),
        updated=now,
        resolved=event.at if is_over else None,
        revision=previous.revision + 1,
        **({} if is_over else _spike_figures(event)),
    )
    revised_incident = (
        revised_incident if is_over else _with_evidence(revised_incident, observations, now)
    )
    detector_json = {"opened": format_utc(event.opened)}
    if not incidents.replace(
        tx, revised_incident, detector_json=detector_json, revision=previous.revision
    ):
        raise TransientError(f"incident {previous.id} changed; it will be evaluated again")
    return revised_incident


def _next_state(previous: Incident, event: IncidentEvent) -> IncidentState:
    """Keep an acknowledgement while the incident only grows; an escalation or return resets it."""
    is_acknowledged = (
        previous.state is IncidentState.ACKNOWLEDGED and event.reason is NotifyReason.GREW
    )
    return IncidentState.ACKNOWLEDGED if is_acknowledged else event.state


def _spike_figures(event: IncidentEvent) -> dict[str, Any]:
    """Return the figures of the spike, by the names that an incident has for them."""
    spike = event.spike
    if spike is None:
        return {}
    incident_names = ("observed", "expected", "negative_share", "usual_share")
    spike_names = ("window_s", "score", "threshold", "baseline_days")
    facts = asdict(spike)
    return {n: facts[n] for n in incident_names} | {"spike": {n: facts[n] for n in spike_names}}


def _with_evidence(
    incident: Incident, observations: Sequence[Observation], now: datetime
) -> Incident:
    event_evidence = collect_evidence(
        observations, incident.topic, incident.onset, now, incident.kind
    )
    return replace(
        incident,
        mentions=event_evidence.mentions[-MAX_EVIDENCE:],
        voices=event_evidence.voices,
        families=event_evidence.families,
    )
