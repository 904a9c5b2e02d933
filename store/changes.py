"""The change feed: every change of an indexed fact has a number; no consumer misses one."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update

from store.database import dialect_insert, upsert
from store.tables import changes, counters, followers

_INCREMENT: Final = (
    update(counters)
    .where(counters.c.name == "change")
    .values(value=counters.c.value + bindparam("count"))
    .returning(counters.c.value)
)


def append_changes(tx: Connection, ids: Iterable[str]) -> None:
    """Give each of *ids* a new number. Call it last in the transaction.

    The counter's row stays locked until the commit, so numbers become visible in order even with
    two writers on PostgreSQL (a sequence commits out of order: a consumer would lose rows).
    """
    sorted_ids = sorted(set(ids))
    if not sorted_ids:
        return
    last: int = tx.execute(_INCREMENT, {"count": len(sorted_ids)}).scalar_one()
    rows = [{"mention": i, "number": last - k} for k, i in enumerate(reversed(sorted_ids))]
    tx.execute(_upsert_number(tx.dialect.name), rows)


@cache
def _upsert_number(dialect: str) -> Any:
    insert = dialect_insert(dialect, changes)
    number = {"number": insert.excluded.number}
    return insert.on_conflict_do_update(index_elements=["mention"], set_=number)


def read_after(tx: Connection, number: int, limit: int) -> list[tuple[int, str]]:
    """Return up to *limit* (number, mention id) beyond *number*, in order; each mention once."""
    query = select(changes.c.number, changes.c.mention).where(changes.c.number > number)
    rows = tx.execute(query.order_by(changes.c.number).limit(limit))
    return [(row.number, row.mention) for row in rows]


def last_number(tx: Connection) -> int:
    """Return the newest number; 0 before the first change."""
    return tx.execute(select(func.max(changes.c.number))).scalar() or 0


def offset(tx: Connection, consumer: str) -> int:
    """Return the number up to which *consumer* has applied the changes; 0 for a new one."""
    query = select(followers.c.number).where(followers.c.name == consumer)
    return tx.execute(query).scalar() or 0


def lag(tx: Connection, consumer: str) -> int:
    """Count the changes that *consumer* has not applied; each mention once."""
    query = select(func.count()).where(changes.c.number > offset(tx, consumer))
    return tx.execute(query).scalar_one()


def offsets(tx: Connection) -> dict[str, int]:
    """Return the offset of each consumer, by name."""
    return {row.name: row.number for row in tx.execute(select(followers))}


def commit_offset(tx: Connection, consumer: str, number: int, *, now: datetime) -> None:
    """Store that *consumer* has applied all changes up to *number*."""
    statement = upsert(tx, followers).values(name=consumer, number=number, at=now)
    values = {"number": number, "at": now}
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
