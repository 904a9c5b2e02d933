"""Mentions of several watches that were not read towards each of them, as when a watch is new."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, func, select

from core.mention import AnalysisState, MentionState
from store.analysis.queue import watches_of
from store.tables import matches, mentions, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTarget:
    """One mention, as far as must be known to tell whether it lacks a reading."""

    id: str
    text: str
    watches: frozenset[str]  # slugs of all that it matches
    scored_watches: frozenset[str]  # of those that it was read towards


def missing_targets(tx: Connection, model: str, *, after: str, limit: int) -> list[MissingTarget]:
    """Up to *limit* mentions beyond id *after*, by id, that *model* scored so.

    Not all lack a reading: a text need not name every watch that it matches.
    """
    match_count = select(func.count()).where(matches.c.mention == mentions.c.id).scalar_subquery()
    verdict_count = select(func.count()).where(_is_targeted_verdict(model)).scalar_subquery()
    query = select(mentions.c.id, mentions.c.text).where(
        mentions.c.analysis == AnalysisState.SCORED,
        mentions.c.state != MentionState.DELETED,
        mentions.c.model == model,
        mentions.c.id > after,
        match_count > 1,
        match_count > verdict_count,
    )
    rows = tx.execute(query.order_by(mentions.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    watches_by_id, scored_by_id = watches_of(tx, ids), _scored_watches(tx, ids, model)
    return [
        MissingTarget(
            id=row.id,
            text=row.text,
            watches=frozenset(watches_by_id[row.id]),
            scored_watches=frozenset(scored_by_id[row.id]),
        )
        for row in rows
    ]


def _is_targeted_verdict(model: str) -> ColumnElement[bool]:
    """A verdict of *model* on the text of now, towards a watch."""
    same_mention = (verdicts.c.mention == mentions.c.id) & (verdicts.c.watch != "")
    same_text = verdicts.c.text_sha256 == mentions.c.text_sha256
    return same_mention & same_text & (verdicts.c.model == model)


def _scored_watches(tx: Connection, ids: Sequence[str], model: str) -> dict[str, set[str]]:
    query = select(mentions.c.id, verdicts.c.watch).join(verdicts, _is_targeted_verdict(model))
    return _watches_by_mention(tx.execute(query.where(mentions.c.id.in_(ids))))


def _watches_by_mention(rows: Iterable[Row[str, str]]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for mention, watch in rows:
        groups[mention].add(watch)
    return groups
