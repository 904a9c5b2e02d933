"""The rolling sample: mentions drawn at random for people to label.

A draw keeps no mention out because it is labelled already: then only the texts that nobody looked
at would be drawn, and the sample would lack those that people noticed. A mention that was drawn
and not labelled is returned again by the next draw, so nobody can skip a difficult text.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import ColumnElement, Connection, exists, insert, select

from core.mention import AnalysisState, MentionState
from store.labels.label import LabelHead
from store.labels.labels import current_labels
from store.tables import label_samples, mentions

RECENT: Final = timedelta(days=30)  # age of a mention that can be drawn
ROLLING: Final = timedelta(days=90)  # age of a drawn mention that still counts


def draw(tx: Connection, size: int, *, random: Random, now: datetime) -> list[str]:
    """Return the ids of *size* mentions without a sentiment label, and store what is drawn.

    Those drawn before come first. Recent scored mentions are drawn, each with equal probability.
    Fewer ids are returned if there are not enough.
    """
    labelled_ids = {
        label.mention
        for label in current_labels(tx)
        if label.head is LabelHead.SENTIMENT and not label.is_stale
    }
    ids = [i for i in drawn_ids(tx, now=now) if i not in labelled_ids][:size]
    candidate_ids = _undrawn_ids(tx, now)
    random.shuffle(candidate_ids)
    new_ids = []
    for candidate_id in candidate_ids:
        if len(ids) == size:
            break
        new_ids.append(candidate_id)
        if candidate_id not in labelled_ids:
            ids.append(candidate_id)
    _add(tx, new_ids, now)
    return ids


def drawn_ids(tx: Connection, *, now: datetime) -> list[str]:
    """Return the ids of the sample, those drawn first first: scored and no older than ROLLING."""
    query = (
        select(label_samples.c.mention)
        .join(mentions, mentions.c.id == label_samples.c.mention)
        .where(*_is_scored(now - ROLLING))
        .order_by(label_samples.c.at, label_samples.c.mention)
    )
    return list(tx.scalars(query))


def _undrawn_ids(tx: Connection, now: datetime) -> list[str]:
    is_drawn = exists().where(label_samples.c.mention == mentions.c.id)
    query = select(mentions.c.id).where(*_is_scored(now - RECENT), ~is_drawn)
    return list(tx.scalars(query.where(mentions.c.published <= now).order_by(mentions.c.id)))


def _is_scored(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        mentions.c.analysis == AnalysisState.SCORED,
        mentions.c.state != MentionState.DELETED,
        mentions.c.published >= since,
    )


def _add(tx: Connection, ids: Collection[str], now: datetime) -> None:
    if ids:
        tx.execute(insert(label_samples), [{"mention": i, "at": now} for i in ids])
