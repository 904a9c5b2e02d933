"""Leases of the analyse step: pending mentions, claimed by one worker at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select, update

from core.analysis import PendingMention
from core.mention import AnalysisState, MentionState
from store.database import upsert
from store.tables import leases, matches, mentions

# The columns of a mention that a worker gets.
PENDING_COLUMNS: Final = tuple(
    mentions.c[name] for name in ("id", "text", "text_sha256", "claimed_language")
)
# Claims without an end: after so many a mention may be the cause of the death of its workers.
ATTEMPTS_BEFORE_ISOLATION: Final = 3
_DISTANT_PAST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IS_PENDING: Final = (mentions.c.analysis == AnalysisState.PENDING) & (
    mentions.c.state != MentionState.DELETED
)


def lease(
    tx: Connection, owner: str, *, limit: int, now: datetime, lease_time: timedelta
) -> list[PendingMention]:
    """Claim up to *limit* pending mentions for *lease_time*, the newest published first.

    Nobody else gets them meanwhile. A lease that ran out (its owner was killed) is claimed like a
    new one. The newest come first because a crisis must not wait behind a back-fill that is crawled
    later. A mention with ``ATTEMPTS_BEFORE_ISOLATION`` claims without an end comes last and alone:
    if it kills its worker, no other mention loses its claim.
    """
    rows = _unleased_rows(tx, limit, now) or _unleased_rows(tx, 1, now, include_suspects=True)
    return claim(tx, owner, rows, now=now, until=now + lease_time)


def claim(
    tx: Connection, owner: str, rows: Sequence[Row[Any]], *, now: datetime, until: datetime
) -> list[PendingMention]:
    """Claim those of *rows* (their columns are ``PENDING_COLUMNS``) whose leases are free."""
    attempts_by_id = _acquire_leases(tx, owner, [row.id for row in rows], now=now, until=until)
    slugs_by_id = watches_of(tx, attempts_by_id)
    return [
        PendingMention(
            **{column.name: getattr(row, column.name) for column in PENDING_COLUMNS},
            attempts=attempts_by_id[row.id],
            watches=tuple(slugs_by_id.get(row.id, ())),
        )
        for row in rows
        if row.id in attempts_by_id
    ]


def watches_of(tx: Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the slugs of the watches that each of *ids* matches, sorted."""
    query = select(matches.c.mention, matches.c.watch).where(matches.c.mention.in_(list(ids)))
    slugs_by_id: dict[str, list[str]] = defaultdict(list)
    for row in tx.execute(query.order_by(matches.c.mention, matches.c.watch)):
        slugs_by_id[row.mention].append(row.watch)
    return slugs_by_id


def release(tx: Connection, owner: str) -> None:
    """End all leases of *owner*, such as a killed predecessor; the attempts stay counted."""
    statement = update(leases).where(leases.c.name == "analyse", leases.c.owner == owner)
    tx.execute(statement.values(until=_DISTANT_PAST))


def extend(tx: Connection, owner: str, *, now: datetime, until: datetime) -> None:
    """Move the end of the leases that *owner* holds at *now* to *until*."""
    is_current = (leases.c.name == "analyse") & (leases.c.owner == owner) & (leases.c.until > now)
    tx.execute(update(leases).where(is_current).values(until=until))


def return_unstarted(tx: Connection, ids: Iterable[str]) -> None:
    """End the leases of mentions that were not started; this claim is no attempt."""
    condition = (leases.c.name == "analyse") & leases.c.item.in_(list(ids))
    tx.execute(
        update(leases).where(condition).values(until=_DISTANT_PAST, attempts=leases.c.attempts - 1)
    )


def end_leases(tx: Connection, ids: Sequence[str]) -> set[str]:
    """Delete the leases of *ids* and return the ids that had one."""
    statement = delete(leases).where(leases.c.name == "analyse", leases.c.item.in_(ids))
    return set(tx.scalars(statement.returning(leases.c.item)))


def backlog(tx: Connection) -> tuple[int, datetime | None]:
    """Return the number of pending mentions, and the time since which the oldest waits."""
    query = select(func.count(), func.min(mentions.c.first_seen))
    row = tx.execute(query.where(_IS_PENDING)).one()
    return row[0], row[1]


def _unleased_rows(
    tx: Connection, limit: int, now: datetime, *, include_suspects: bool = False
) -> Sequence[Row[Any]]:
    """Return pending mentions without a lease, locked until the end of the transaction."""
    lease_condition = leases.c.until > now
    if not include_suspects:
        lease_condition |= leases.c.attempts >= ATTEMPTS_BEFORE_ISOLATION - 1
    leased_ids = select(leases.c.item).where(leases.c.name == "analyse", lease_condition)
    query = (
        select(*PENDING_COLUMNS)
        .where(_IS_PENDING, mentions.c.id.not_in(leased_ids))
        .order_by(mentions.c.published.desc(), mentions.c.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True, of=mentions)
    )
    return tx.execute(query).all()


def _acquire_leases(
    tx: Connection, owner: str, ids: Sequence[str], *, now: datetime, until: datetime
) -> dict[str, int]:
    """Take the leases of *ids* that are free or ran out; return the earlier attempts by id."""
    if not ids:
        return {}
    insert = upsert(tx, leases)
    statement = insert.on_conflict_do_update(
        index_elements=["name", "item"],
        set_={"owner": owner, "until": until, "attempts": leases.c.attempts + 1},
        where=leases.c.until <= now,
    ).returning(leases.c.item, leases.c.attempts)
    rows = [
        {"name": "analyse", "item": i, "owner": owner, "until": until, "attempts": 0} for i in ids
    ]
    return {row.item: row.attempts for row in tx.execute(statement, rows)}
