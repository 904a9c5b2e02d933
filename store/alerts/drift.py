"""Scores by source and model, and the state of the watch over their drift."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from core.mention import AnalysisState, MentionState
from store.alerts.conditions import WHOLE_TEXT_JOIN
from store.database import upsert
from store.tables import mentions, score_drift, sightings, verdicts


@dataclass(frozen=True, slots=True)
class SourceScore:
    """The polarity of one mention of a source."""

    source: str
    at: datetime  # publication
    polarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """The stored state of one source and model."""

    source: str
    model: str
    learnt_to: datetime
    alarm_since: datetime | None  # None: no alarm
    state: dict[str, Any]


def scores(
    tx: Connection, model: str, *, since: datetime, until: datetime
) -> Iterator[SourceScore]:
    """Yield the scores of *model* on the mentions of [since, until), oldest first.

    Only scores that stand count, on the present text as a whole. A mention of two sources is
    yielded twice.
    """
    query = (
        select(sightings.c.source, mentions.c.published, verdicts.c.polarity)
        .select_from(mentions)
        .join(verdicts, WHOLE_TEXT_JOIN)
        .join(sightings, sightings.c.mention == mentions.c.id)
        .where(
            mentions.c.published >= since,
            mentions.c.published < until,
            mentions.c.model == model,
            mentions.c.analysis == AnalysisState.SCORED,
            mentions.c.state != MentionState.DELETED,
            verdicts.c.polarity.is_not(None),
        )
        .order_by(mentions.c.published, mentions.c.id, sightings.c.source)
        .execution_options(yield_per=5000)
    )
    for row in tx.execute(query):
        yield SourceScore(row.source, row.published, row.polarity)


def rows_of_model(tx: Connection, model: str, *, with_alarm: bool = False) -> dict[str, DriftRow]:
    """Return the stored states of *model* by source; *with_alarm*: only those with an alarm."""
    query = select(score_drift).where(score_drift.c.model == model).order_by(score_drift.c.source)
    if with_alarm:
        query = query.where(score_drift.c.alarm_since.is_not(None))
    return {row.source: DriftRow(**row._asdict()) for row in tx.execute(query)}


def save(tx: Connection, row: DriftRow) -> None:
    """Store *row* in the place of the former state of its source and model."""
    names = ("learnt_to", "alarm_since", "state")
    values = {name: getattr(row, name) for name in names}
    insert = upsert(tx, score_drift).values(source=row.source, model=row.model, **values)
    tx.execute(insert.on_conflict_do_update(index_elements=["source", "model"], set_=values))
