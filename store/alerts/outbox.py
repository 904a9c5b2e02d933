"""One row a letter and recipient, written together with what it tells of; sent at least once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from store.database import upsert
from store.tables import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A letter to one recipient, as the bytes that go over the wire each time it is tried."""

    key: str  # unique: the same thing is never told twice
    kind: str  # brief | digest
    channel: str  # name of a module in alerts.channels
    recipient: str
    message_id: str
    subject: str
    eml: bytes
    incident: int | None = None
    day: date | None = None  # the local date a digest tells of


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry(OutboxMessage):
    """A parcel in the outbox."""

    id: int
    state: str  # due | sent | failed
    attempts: int
    created: datetime
    due: datetime
    sent: datetime | None
    reason: str | None


def enqueue(tx: Connection, messages: Sequence[OutboxMessage], *, now: datetime) -> int:
    """Add parcels; a key that is there already stays as it is. Returns how many were new."""
    new_count = 0
    for message in messages:
        values = {name: getattr(message, name) for name in OutboxMessage.__dataclass_fields__}
        insert = upsert(tx, outbox).values(**values, state="due", created=now, due=now, attempts=0)
        insert = insert.on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
        new_count += len(tx.execute(insert).all())  # PostgreSQL's driver leaves rowcount at -1 here
    return new_count


def due(tx: Connection, *, now: datetime, limit: int = 50) -> list[OutboxEntry]:
    """Letters to try now, oldest first."""
    query = select(outbox).where(outbox.c.state == "due", outbox.c.due <= now)
    return _rows(tx, query.order_by(outbox.c.created, outbox.c.id).limit(limit))


def mark_sent(tx: Connection, entry_id: int, *, now: datetime) -> None:
    """The channel took it."""
    _update_due_entry(tx, entry_id, {"state": "sent", "sent": now, "reason": None})


def reschedule(tx: Connection, entry_id: int, *, due: datetime, reason: str) -> None:
    """It did not work; try again at *due*."""
    _update_due_entry(tx, entry_id, {"due": due, "reason": reason})


def mark_failed(tx: Connection, entry_id: int, *, reason: str) -> None:
    """It never will work; a person has to look."""
    _update_due_entry(tx, entry_id, {"state": "failed", "reason": reason})


def recent(tx: Connection, *, limit: int = 200) -> list[OutboxEntry]:
    """The newest letters, sent or not."""
    return _rows(
        tx, select(outbox).order_by(outbox.c.created.desc(), outbox.c.id.desc()).limit(limit)
    )


def of_incident(tx: Connection, incident: int) -> list[OutboxEntry]:
    """The letters on one incident, oldest first."""
    query = select(outbox).where(outbox.c.incident == incident)
    return _rows(tx, query.order_by(outbox.c.created, outbox.c.id))


def get(tx: Connection, entry_id: int) -> OutboxEntry | None:
    """One letter."""
    rows = _rows(tx, select(outbox).where(outbox.c.id == entry_id))
    return rows[0] if rows else None


def last_day(tx: Connection, subscription: str) -> date | None:
    """The newest local day that *subscription* already has a digest of."""
    key_condition = outbox.c.key.startswith(f"{subscription}:", autoescape=True)
    condition = key_condition & (outbox.c.kind == "digest")
    return tx.execute(select(func.max(outbox.c.day)).where(condition)).scalar()


def counts(tx: Connection) -> dict[str, int]:
    """How many letters are due, sent, failed."""
    rows = tx.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {"due": 0, "sent": 0, "failed": 0} | dict(rows.all())


def _update_due_entry(tx: Connection, entry_id: int, values: dict[str, Any]) -> None:
    # Only while it is due: what one deliverer sent, a slower one cannot fail.
    statement = update(outbox).where(outbox.c.id == entry_id, outbox.c.state == "due")
    tx.execute(statement.values(attempts=outbox.c.attempts + 1, **values))


def _rows(tx: Connection, query: Any) -> list[OutboxEntry]:
    names = OutboxEntry.__dataclass_fields__
    return [OutboxEntry(**{n: getattr(row, n) for n in names}) for row in tx.execute(query)]
