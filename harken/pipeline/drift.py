"""Drift step: compare the newest scores of each source with its days before.

A killed step stores nothing, and the next one finds the same alarms.

1. Stop if a re-scoring runs: the scores of two models would be mixed.
2. Read the state of each source for the newest model, and its scores since then. A new model has
   no state, so its reference begins with its own scores.
3. Update the states: a pure function.
4. Store them in one transaction, unless another process stored newer ones meanwhile.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.drift import drift
from alerts.drift.drift import MAX_WINDOW_DAYS, REFERENCE_DAYS, DriftState, Score
from store import counts
from store.alerts import drift as drift_rows
from store.alerts.drift import DriftRow
from store.analysis import rescoring
from store.crawl import sources
from store.database import Database

HISTORY: Final = timedelta(days=REFERENCE_DAYS + MAX_WINDOW_DAYS)


def watch_drift(database: Database, *, now: datetime) -> int:
    """Update the drift state of each source at *now*. Return the number of open alarms."""
    with database.read() as tx:
        model = counts.latest_model(tx)
        if not model or rescoring.active_model(tx) is not None:
            return 0
        former_rows = drift_rows.rows_of_model(tx, model)
        scores = _scores(tx, model, former_rows, now)
    rows = [
        _row(source, model, drift.update(_state(former_rows.get(source)), source_scores, now))
        for source, source_scores in scores.items()
    ]
    with database.write() as tx:
        if drift_rows.rows_of_model(tx, model) != former_rows:
            return 0  # another process was faster
        for row in rows:
            drift_rows.save(tx, row)
    return sum(row.alarm_since is not None for row in rows)


def _scores(
    tx: Connection, model: str, rows: Mapping[str, DriftRow], now: datetime
) -> dict[str, list[Score]]:
    """Return the scores of each source since the end of its settled days, oldest first.

    A source begins once its first crawl through the past has ended: then its past is its reference.
    """
    slugs = {s.slug for s in sources.active(tx) if s.backfilled is not None} | set(rows)
    starts = {slug: rows[slug].learnt_to if slug in rows else now - HISTORY for slug in slugs}
    result: dict[str, list[Score]] = {slug: [] for slug in sorted(slugs)}
    since = min(starts.values(), default=now)
    for score in drift_rows.scores(tx, model, since=since, until=now):
        if score.source in starts and score.at >= starts[score.source]:
            result[score.source].append(Score(score.at, score.polarity))
    return result


def _state(row: DriftRow | None) -> DriftState:
    return drift.from_json(row.state, row.learnt_to) if row else DriftState()


def _row(source: str, model: str, state: DriftState) -> DriftRow:
    return DriftRow(
        source=source,
        model=model,
        learnt_to=state.learnt_to,
        alarm_since=state.alarm.since if state.alarm else None,
        state=drift.to_json(state),
    )
