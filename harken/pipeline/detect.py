"""The detect step: what was heard of each watch into incident events and letters (H4)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from alerts.detection import detector
from alerts.detection.detector import Setting, units_of
from alerts.detection.detector_state import Standing, from_json, to_json
from alerts.detection.evidence import evidence, tipped_by
from alerts.detection.lifecycle import Event, NotifyReason
from alerts.health import condition, coverage_keys
from core.errors import TransientError
from core.incident import Incident, Kind, Phase
from core.observation import Observation
from core.timestamps import iso
from core.watch import Watch
from harken.pipeline.notify import Correspondence
from store import watches
from store.alerts import incidents
from store.alerts import observations as heard
from store.analysis import queue, retelling
from store.crawl import sources
from store.database import Record

log = structlog.get_logger()

DAWN: Final = datetime(1970, 1, 1, tzinfo=UTC)
OPEN_DAYS: Final = timedelta(hours=48)  # a resolved incident may come back within a day
EVIDENCE: Final = 1000  # mentions kept with an incident, the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an event stands on."""

    spoken: Sequence[Observation]
    tipped: str | None  # the mention whose arrival made the score cross, if it did just now


def detect(record: Record, letters: Correspondence, *, now: datetime) -> int | None:
    """Judge every watch at *now*; the number of events, None before the first back-fill ended."""
    with record.read() as tx:
        listened = watches.active_watches(tx)
        ground = _ground(tx, listened, now)
    if ground.backfilled_at is None:
        return None
    return sum(_judge(record, letters, watch, ground, now) for watch in listened)


def _ground(tx: Connection, listened: Sequence[Watch], now: datetime) -> Setting:
    taxonomy = tuple(t.id for t in watches.active_topics(tx))
    waiting, oldest = queue.backlog(tx)
    if all(heard.baseline(tx, w.slug) for w in listened):
        ended: datetime | None = now
    else:  # half a history judged would teach a wrong baseline
        ended = None if waiting else sources.back_fill_ended(tx)
    return Setting(
        taxonomy=taxonomy,
        units=sum(len(units_of(w, taxonomy)) for w in listened),
        backfilled_at=ended,
        gaps=tuple((min(since, oldest or since), now) for since in _deaf(tx, now)),
    )


def _deaf(tx: Connection, now: datetime) -> list[datetime]:
    """Since when nothing is scored, and since when most sources say nothing."""
    known = condition(tx, now=now)
    scorers = [s.since for s in known.silences if s.what == "scorer"]
    mute = sorted(s.since for s in known.silences if s.what == "source")
    return scorers + mute[known.coverage.sources // 2 :][:1]


def _judge(
    record: Record, letters: Correspondence, watch: Watch, ground: Setting, now: datetime
) -> int:
    with record.read() as tx:
        setting = replace(ground, retold=retelling.times(tx))
        before = heard.baseline(tx, watch.slug)
        standing = from_json(str(before[1]["standing"])) if before else None
        since = detector.since(watch, setting, standing)
        spoken = heard.about(tx, watch.slug, since=since or DAWN, until=now)
    found = detector.detect(watch, spoken, standing, now, setting)
    if found.standing is None or not _is_news(found, standing):
        return 0
    with record.write() as tx:
        if heard.baseline(tx, watch.slug) != before:
            return 0  # another detector was faster; it told the same
        _keep(tx, watch, found.standing)
        for event in found.events:
            # Without a judge it opened in an earlier step, which told what tipped it.
            judge = found.judged_by.get(event.opened)
            tipped = tipped_by(watch, spoken, judge, event.opened, setting)
            _tell(tx, letters, event, Heard(spoken=spoken, tipped=tipped), now)
    return len(found.events)


def _is_news(found: detector.Detection, before: Standing | None) -> bool:
    """Whether there is something to store; judging the same buckets again costs little."""
    after = found.standing
    known = after and before and _learnt(after) == _learnt(before)
    return bool(found.events) or not known


def _learnt(standing: Standing) -> tuple[object, ...]:
    """Of what, and up to when."""
    baseline = standing.baseline
    return standing.query, standing.zone, standing.retold, baseline.units, baseline.learnt_to


def _keep(tx: Connection, watch: Watch, standing: Standing) -> None:
    state: dict[str, object] = {"standing": to_json(standing)}
    learnt_to = standing.baseline.learnt_to
    heard.keep_baseline(tx, watch.slug, learnt_to=learnt_to, state=state)


def _tell(
    tx: Connection,
    letters: Correspondence,
    event: Event,
    said: Heard,
    now: datetime,
) -> None:
    """Write one event: the incident, its line of history and, for a crisis, its letters."""
    opened = iso(event.opened)
    known = incidents.current(tx, event.watch, since=now - OPEN_DAYS)
    same = [i for i, course in known if i.kind == event.kind and course["opened"] == opened]
    if same and event.reason is not NotifyReason.NOTICED:
        incident = _changed(tx, same[0], event, said.spoken, now)
    else:
        incident = _new(tx, event, said.spoken, now)
    facts = {
        "score": event.spike.score if event.spike else None,
        "topics": list(event.topics),
        "tipped": said.tipped,
    }
    incidents.add_event(tx, incident, reason=event.reason, facts=facts, now=now)
    log.info("incident.told", incident=incident.id, reason=event.reason, kind=event.kind)
    if event.kind is Kind.CRISIS:
        letters.brief(tx, incident, now=now)


def _new(tx: Connection, event: Event, spoken: Sequence[Observation], now: datetime) -> Incident:
    assert event.spike is not None  # only a resolved event has none, and that has an incident
    notice = event.reason is NotifyReason.NOTICED
    incident = Incident(
        id=0,
        watch=event.watch,
        topic=event.topic,
        kind=event.kind,
        state=Phase.RESOLVED if notice else event.phase,
        severity=event.severity,
        onset=event.spike.onset,
        detected=now,
        updated=now,
        resolved=now if notice else None,
        mentions=(),
        voices=0,
        families=0,
        coverage=coverage_keys(condition(tx, now=now).coverage),
        **_measured(event),
    )
    incident = _with_evidence(incident, spoken, now)
    number = incidents.add(tx, incident, course={"opened": iso(event.opened)})
    return replace(incident, id=number)


def _changed(
    tx: Connection, before: Incident, event: Event, spoken: Sequence[Observation], now: datetime
) -> Incident:
    over = event.phase is Phase.RESOLVED
    after = replace(
        before,
        state=_phase(before, event),
        topic=event.topic,
        severity=min(event.severity, before.severity),
        updated=now,
        resolved=event.at if over else None,
        revision=before.revision + 1,
        **({} if over else _measured(event)),
    )
    after = after if over else _with_evidence(after, spoken, now)
    course = {"opened": iso(event.opened)}
    if not incidents.replace(tx, after, course=course, revision=before.revision):
        raise TransientError(f"incident {before.id} changed; it will be evaluated again")
    return after


def _phase(before: Incident, event: Event) -> Phase:
    """What grew is still in hand; what got worse or came back wants somebody anew."""
    seen = before.state is Phase.ACKNOWLEDGED and event.reason is NotifyReason.GREW
    return Phase.ACKNOWLEDGED if seen else event.phase


def _measured(event: Event) -> dict[str, Any]:
    """The numbers of the spike, as they are told everywhere."""
    spike = event.spike
    if spike is None:
        return {}
    names = ("observed", "expected", "negative_share", "usual_share")
    told = ("window_s", "score", "threshold", "baseline_days")
    facts = asdict(spike)
    return {n: facts[n] for n in names} | {"spike": {n: facts[n] for n in told}}


def _with_evidence(incident: Incident, spoken: Sequence[Observation], now: datetime) -> Incident:
    behind = evidence(spoken, incident.topic, incident.onset, now)
    return replace(
        incident,
        mentions=behind.mentions[-EVIDENCE:],
        voices=behind.voices,
        families=behind.families,
    )
