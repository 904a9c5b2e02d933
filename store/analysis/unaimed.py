"""Mentions of several watches that were not read towards each of them, as when a watch is new."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, func, select

from core.mention import Analysis, State
from store.analysis.queue import watches_of
from store.tables import matches, mentions, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Unaimed:
    """One mention, as far as must be known to tell whether it lacks a reading."""

    id: str
    text: str
    watches: frozenset[str]  # slugs of all that it matches
    towards: frozenset[str]  # of those that it was read towards


def unaimed(tx: Connection, model: str, *, after: str, limit: int) -> list[Unaimed]:
    """Up to *limit* mentions beyond id *after*, by id, that *model* scored so.

    Not all lack a reading: a text need not name every watch that it matches.
    """
    wanted = select(func.count()).where(matches.c.mention == mentions.c.id).scalar_subquery()
    read = select(func.count()).where(_towards(model)).scalar_subquery()
    query = select(mentions.c.id, mentions.c.text).where(
        mentions.c.analysis == Analysis.SCORED,
        mentions.c.state != State.DELETED,
        mentions.c.model == model,
        mentions.c.id > after,
        wanted > 1,
        wanted > read,
    )
    rows = tx.execute(query.order_by(mentions.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    watches, towards = watches_of(tx, ids), _read_towards(tx, ids, model)
    return [
        Unaimed(
            id=row.id,
            text=row.text,
            watches=frozenset(watches[row.id]),
            towards=frozenset(towards[row.id]),
        )
        for row in rows
    ]


def _towards(model: str) -> ColumnElement[bool]:
    """A verdict of *model* on the text of now, towards a watch."""
    own = (verdicts.c.mention == mentions.c.id) & (verdicts.c.watch != "")
    of_now = verdicts.c.text_sha256 == mentions.c.text_sha256
    return own & of_now & (verdicts.c.model == model)


def _read_towards(tx: Connection, ids: Sequence[str], model: str) -> dict[str, set[str]]:
    query = select(mentions.c.id, verdicts.c.watch).join(verdicts, _towards(model))
    return _grouped(tx.execute(query.where(mentions.c.id.in_(ids))))


def _grouped(rows: Iterable[Row[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for mention, watch in rows:
        found[mention].add(watch)
    return found
