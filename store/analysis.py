"""Leases for the analyse step, and H2: what it found goes into the record in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from core.mention import Analysis, Verdict
from store.changes import announce
from store.record import upsert
from store.tables import leases, mentions, vectors, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A mention that waits for analysis."""

    id: str
    text: str
    text_sha256: str
    claimed_language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the analyse step found of one revision."""

    id: str
    text_sha256: str
    analysis: Analysis
    reason: str | None  # why it is unscored or quarantined
    language: str | None
    verdicts: tuple[Verdict, ...]
    vector: bytes | None  # float16, little endian
    encoder_sha256: str
    model: str


def lease(
    tx: Connection, owner: str, *, limit: int, now: datetime, hold: timedelta
) -> list[Pending]:
    """Claim up to *limit* pending mentions, the newest first, for *hold*; nobody else gets them.

    A lease that ran out (its owner was killed) is claimed like a fresh one. Newest first: a
    crisis must not wait behind a back-fill.
    """
    taken = select(leases.c.item).where(leases.c.name == "analyse", leases.c.until > now)
    query = (
        select(mentions.c.id, mentions.c.text, mentions.c.text_sha256, mentions.c.claimed_language)
        .where(mentions.c.analysis == Analysis.PENDING, mentions.c.id.not_in(taken))
        .order_by(mentions.c.first_seen.desc(), mentions.c.id)
        .limit(limit)
    )
    rows = tx.execute(query).all()
    if not rows:
        return []
    claim = upsert(tx, leases).values(
        [{"name": "analyse", "item": r.id, "owner": owner, "until": now + hold} for r in rows]
    )
    claim = claim.on_conflict_do_update(
        index_elements=["name", "item"],
        set_={"owner": owner, "until": now + hold},
        where=leases.c.until <= now,
    ).returning(leases.c.item)
    mine = set(tx.execute(claim).scalars())
    return [Pending(**row._mapping) for row in rows if row.id in mine]  # noqa: SLF001 - SQLAlchemy's public name


def release(tx: Connection, owner: str, ids: Sequence[str]) -> None:
    """Give back leases, e.g. when the model could not be loaded."""
    own = (leases.c.name == "analyse") & (leases.c.owner == owner) & leases.c.item.in_(ids)
    tx.execute(delete(leases).where(own))


def record_findings(tx: Connection, found: Sequence[Finding], *, now: datetime) -> int:
    """Write verdicts, vectors and new change numbers; returns how many mentions they settled.

    A finding on a text that was edited meanwhile keeps its verdict, but the mention stays pending.
    """
    ordered = sorted(found, key=lambda f: f.id)
    _insert_verdicts(tx, ordered, now)
    _insert_vectors(tx, ordered)
    settled = [f.id for f in ordered if tx.execute(_settle(f)).rowcount]
    done = leases.c.item.in_([f.id for f in ordered])
    tx.execute(delete(leases).where(leases.c.name == "analyse", done))
    announce(tx, settled)
    return len(settled)


def backlog(tx: Connection) -> tuple[int, datetime | None]:
    """How many mentions wait for analysis, and since when the oldest does."""
    query = select(func.count(), func.min(mentions.c.first_seen))
    row = tx.execute(query.where(mentions.c.analysis == Analysis.PENDING)).one()
    return row[0], row[1]


def _settle(f: Finding) -> Any:
    same = (mentions.c.id == f.id) & (mentions.c.text_sha256 == f.text_sha256)
    change = update(mentions).where(same, mentions.c.analysis == Analysis.PENDING)
    return change.values(analysis=f.analysis, reason=f.reason, language=f.language, model=f.model)


def _insert_verdicts(tx: Connection, found: Sequence[Finding], now: datetime) -> None:
    rows = [
        {
            "mention": f.id,
            "watch": v.watch or "",
            "model": v.model,
            "text_sha256": v.text_sha256,
            "sentiment": v.sentiment,
            "probabilities": dict(v.probabilities),
            "polarity": v.polarity,
            "topics": list(v.topics),
            "at": now,
        }
        for f in found
        for v in f.verdicts
    ]
    if rows:
        insert = upsert(tx, verdicts)
        changed = ("sentiment", "probabilities", "polarity", "topics", "at")
        tx.execute(
            insert.on_conflict_do_update(
                index_elements=["mention", "watch", "model", "text_sha256"],
                set_={name: insert.excluded[name] for name in changed},
            ),
            rows,
        )


def _insert_vectors(tx: Connection, found: Sequence[Finding]) -> None:
    rows = [
        {
            "mention": f.id,
            "text_sha256": f.text_sha256,
            "encoder_sha256": f.encoder_sha256,
            "vector": f.vector,
        }
        for f in found
        if f.vector is not None
    ]
    if rows:
        tx.execute(upsert(tx, vectors).on_conflict_do_nothing(), rows)
