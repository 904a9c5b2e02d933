"""Detect step: turn the observations of each watch into incidents and emails.

A step that is killed before 5 stores nothing, and the next one finds the same events.

1. Read the active watches and topics, and the gaps in scoring and crawling.
2. Stop if a watch has no baseline yet and the first back-fill is not complete and scored.
3. Load the stored detector state of each watch, and its observations since the time that it needs,
   with the news of the last weeks if there are many now.
4. Evaluate them: a pure function returns the new state and the events.
5. In one transaction a watch, save the state, write each incident with its event, and enqueue the
   briefs of a crisis. If another process stored a newer state meanwhile, store nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from alerts.detection import detector
from alerts.detection.detector import DetectionContext, watch_units
from alerts.detection.detector_state import DetectorState, from_json, to_json
from alerts.detection.evidence import tipping_mention
from alerts.detection.news_wave import NEWS_HISTORY, NewsHistory, has_many_news
from alerts.health import system_health
from core.observation import Observation
from core.role import Role
from core.watch import Watch
from harken.pipeline.incident_writer import EventBasis, record_event
from harken.pipeline.notify import Notifier
from store import watches
from store.alerts import baselines, roles
from store.alerts import observations as stored_observations
from store.analysis import queue
from store.analysis.history_version import history_version
from store.crawl import sources
from store.database import Database

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
        context = replace(context, news=_news_history(tx, watch, observations, now))
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
            record_event(
                tx,
                notifier,
                event,
                EventBasis(observations=observations, tipping_id=tipping_id),
                now,
            )
    return len(result.events)


def _news_history(
    tx: Connection, watch: Watch, observations: Sequence[Observation], now: datetime
) -> NewsHistory | None:
    """Return the news of *watch*; None if there are few now, which costs no query, or no roles."""
    if not has_many_news(observations, now):
        return None
    since = now - NEWS_HISTORY
    start = roles.roles_start(tx, watch.slug, since=since, until=now)
    if start is None:
        return None
    news = stored_observations.observations(tx, watch.slug, since=since, until=now, role=Role.NEWS)
    return NewsHistory(observations=tuple(news), start=start)


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
