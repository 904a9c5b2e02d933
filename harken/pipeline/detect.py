"""Detect step: turn the observations of each watch into incidents and emails.

A step that is killed before 5 stores nothing, and the next one finds the same events.

1. Read the active watches and topics, and the gaps in scoring and crawling.
2. Stop if a watch has no baseline yet and the first back-fill is not complete and scored.
3. Load the stored detector state of each watch, and its observations since the time that it needs.
4. Evaluate them: a pure function returns the new state and the events.
5. In one transaction a watch, save the state, write each incident with its event, and enqueue the
   briefs of a crisis. If another process stored a newer state meanwhile, store nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from alerts.detection import detector
from alerts.detection.detector import DetectionContext, watch_units
from alerts.detection.detector_state import DetectorState, from_json, to_json
from alerts.detection.evidence import collect_evidence, tipping_mention
from alerts.detection.lifecycle import IncidentEvent, NotifyReason
from alerts.health import coverage_keys, system_health
from core.errors import TransientError
from core.incident import Incident, IncidentKind, IncidentState
from core.observation import Observation
from core.timestamps import format_utc
from core.watch import Watch
from harken.pipeline.notify import Notifier
from store import watches
from store.alerts import baselines, incidents
from store.alerts import observations as stored_observations
from store.analysis import queue
from store.analysis.history_version import history_version
from store.crawl import sources
from store.database import Database

log = structlog.get_logger()

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
REOPEN_WINDOW: Final = timedelta(hours=48)  # a resolved incident may reopen within a day
MAX_EVIDENCE: Final = 1000  # mentions stored with an incident, the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBasis:
    """Observations behind an event."""

    observations: Sequence[Observation]
    tipping_id: str | None  # the mention that made the score cross the threshold, if known


def detect_all(database: Database, notifier: Notifier, *, now: datetime) -> int | None:
    """Evaluate every watch at *now*. Return the number of events, None if step 2 stopped it.

    Raises:
        TransientError: an incident changed meanwhile; the next call evaluates it again.
    """
    with database.read() as tx:
        all_watches = watches.active_watches(tx)
        context = _detection_context(tx, all_watches, now)
    if context.backfilled_at is None:
        return None
    return sum(_detect_watch(database, notifier, watch, context, now) for watch in all_watches)


def _detection_context(
    tx: Connection, all_watches: Sequence[Watch], now: datetime
) -> DetectionContext:
    taxonomy = tuple(t.id for t in watches.active_topics(tx))
    backlog_size, oldest = queue.backlog(tx)
    if all(baselines.baseline(tx, w.slug) for w in all_watches):
        backfilled_at: datetime | None = now
    else:  # half a history would give a wrong baseline
        backfilled_at = None if backlog_size else sources.backfill_completed_at(tx)
    return DetectionContext(
        taxonomy=taxonomy,
        units=sum(len(watch_units(w, taxonomy)) for w in all_watches),
        backfilled_at=backfilled_at,
        gaps=tuple((min(since, oldest or since), now) for since in _gap_starts(tx, now)),
    )


def _gap_starts(tx: Connection, now: datetime) -> list[datetime]:
    """Return the starts of outages: of the scorer, and of more than half of the sources."""
    health = system_health(tx, now=now)
    scorer_outages = [s.since for s in health.outages if s.what == "scorer"]
    source_outages = sorted(s.since for s in health.outages if s.what == "source")
    return scorer_outages + source_outages[health.coverage.sources // 2 :][:1]


def _detect_watch(
    database: Database,
    notifier: Notifier,
    watch: Watch,
    base_context: DetectionContext,
    now: datetime,
) -> int:
    with database.read() as tx:
        context = replace(base_context, history_version=history_version(tx))
        baseline_row = baselines.baseline(tx, watch.slug)
        state = from_json(str(baseline_row[1]["standing"])) if baseline_row else None
        since = detector.load_start(watch, context, state)
        observations = stored_observations.observations(
            tx, watch.slug, since=since or EPOCH, until=now
        )
    result = detector.detect(watch, observations, state, now, context)
    if result.state is None or not _has_changes(result, state):
        return 0
    with database.write() as tx:
        if baselines.baseline(tx, watch.slug) != baseline_row:
            return 0  # another process was faster; it stored the same events
        _save_state(tx, watch, result.state)
        for event in result.events:
            # Without a baseline an earlier step opened it and stored its tipping mention.
            baseline = result.baselines.get(event.opened)
            tipping_id = tipping_mention(watch, observations, baseline, event.opened, context)
            _record_event(
                tx,
                notifier,
                event,
                EventBasis(observations=observations, tipping_id=tipping_id),
                now,
            )
    return len(result.events)


def _has_changes(result: detector.Detection, previous: DetectorState | None) -> bool:
    """Return True if *result* must be stored: it has events or another baseline.

    Otherwise the next step evaluates the same buckets again, which costs little.
    """
    current = result.state
    is_unchanged = current and previous and _baseline_key(current) == _baseline_key(previous)
    return bool(result.events) or not is_unchanged


def _baseline_key(state: DetectorState) -> tuple[object, ...]:
    """Return all that a baseline depends on, and the time up to which it is learnt."""
    baseline = state.baseline
    return state.query, state.zone, state.history_version, baseline.units, baseline.learnt_to


def _save_state(tx: Connection, watch: Watch, detector_state: DetectorState) -> None:
    state: dict[str, object] = {"standing": to_json(detector_state)}
    learnt_to = detector_state.baseline.learnt_to
    baselines.save_baseline(tx, watch.slug, learnt_to=learnt_to, state=state)


def _record_event(
    tx: Connection,
    notifier: Notifier,
    event: IncidentEvent,
    basis: EventBasis,
    now: datetime,
) -> None:
    """Store *event*: the incident, its history and, for a crisis, its briefs."""
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
    if event.kind is IncidentKind.CRISIS:
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
    event_evidence = collect_evidence(observations, incident.topic, incident.onset, now)
    return replace(
        incident,
        mentions=event_evidence.mentions[-MAX_EVIDENCE:],
        voices=event_evidence.voices,
        families=event_evidence.families,
    )
