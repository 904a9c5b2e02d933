"""The detect step: what was heard of each watch into incident events and letters (H4)."""

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
from store.alerts import incidents
from store.alerts import observations as stored_observations
from store.analysis import queue, retelling
from store.crawl import sources
from store.database import Database

log = structlog.get_logger()

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
REOPEN_WINDOW: Final = timedelta(hours=48)  # a resolved incident may come back within a day
MAX_EVIDENCE: Final = 1000  # mentions kept with an incident, the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBasis:
    """What an event stands on."""

    observations: Sequence[Observation]
    tipping_id: str | None  # the mention whose arrival made the score cross, if it did just now


def detect_all(database: Database, notifier: Notifier, *, now: datetime) -> int | None:
    """Judge every watch at *now*; the number of events, None before the first back-fill ended."""
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
    if all(stored_observations.baseline(tx, w.slug) for w in all_watches):
        backfilled_at: datetime | None = now
    else:  # half a history judged would teach a wrong baseline
        backfilled_at = None if backlog_size else sources.backfill_completed_at(tx)
    return DetectionContext(
        taxonomy=taxonomy,
        units=sum(len(watch_units(w, taxonomy)) for w in all_watches),
        backfilled_at=backfilled_at,
        gaps=tuple((min(since, oldest or since), now) for since in _gap_starts(tx, now)),
    )


def _gap_starts(tx: Connection, now: datetime) -> list[datetime]:
    """Since when nothing is scored, and since when most sources say nothing."""
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
        context = replace(base_context, history_version=retelling.history_version(tx))
        baseline_row = stored_observations.baseline(tx, watch.slug)
        state = from_json(str(baseline_row[1]["standing"])) if baseline_row else None
        since = detector.load_start(watch, context, state)
        observations = stored_observations.observations(
            tx, watch.slug, since=since or EPOCH, until=now
        )
    result = detector.detect(watch, observations, state, now, context)
    if result.state is None or not _has_changes(result, state):
        return 0
    with database.write() as tx:
        if stored_observations.baseline(tx, watch.slug) != baseline_row:
            return 0  # another detector was faster; it told the same
        _save_state(tx, watch, result.state)
        for event in result.events:
            # Without a judge it opened in an earlier step, which told what tipped it.
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
    """Whether there is something to store; judging the same buckets again costs little."""
    current = result.state
    is_unchanged = current and previous and _baseline_key(current) == _baseline_key(previous)
    return bool(result.events) or not is_unchanged


def _baseline_key(state: DetectorState) -> tuple[object, ...]:
    """Of what, and up to when."""
    baseline = state.baseline
    return state.query, state.zone, state.history_version, baseline.units, baseline.learnt_to


def _save_state(tx: Connection, watch: Watch, detector_state: DetectorState) -> None:
    state: dict[str, object] = {"standing": to_json(detector_state)}
    learnt_to = detector_state.baseline.learnt_to
    stored_observations.save_baseline(tx, watch.slug, learnt_to=learnt_to, state=state)


def _record_event(
    tx: Connection,
    notifier: Notifier,
    event: IncidentEvent,
    basis: EventBasis,
    now: datetime,
) -> None:
    """Write one event: the incident, its line of history and, for a crisis, its letters."""
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
    assert event.spike is not None  # only a resolved event has none, and that has an incident
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
    """What grew is still in hand; what got worse or came back wants somebody anew."""
    is_acknowledged = (
        previous.state is IncidentState.ACKNOWLEDGED and event.reason is NotifyReason.GREW
    )
    return IncidentState.ACKNOWLEDGED if is_acknowledged else event.state


def _spike_figures(event: IncidentEvent) -> dict[str, Any]:
    """The numbers of the spike, as they are told everywhere."""
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
