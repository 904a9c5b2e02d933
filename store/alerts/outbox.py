"""The outbox: one row for each email and recipient, written with its event, sent at least once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from store.database import upsert
from store.tables import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """An email to one recipient, with the bytes that each attempt sends."""

    key: str  # unique: no event is sent to a recipient twice
    kind: str  # brief | digest | notice
    channel: str  # name of a module in alerts.channels
    recipient: str
    message_id: str
    subject: str
    eml: bytes
    incident: int | None = None
    day: date | None = None  # the local date of a digest


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry(OutboxMessage):
    """A message in the outbox, with the state of its delivery."""

    id: int
    state: str  # due | sent | failed
    attempts: int
    created: datetime
    due: datetime
    sent: datetime | None
    reason: str | None


def enqueue(tx: Connection, messages: Sequence[OutboxMessage], *, now: datetime) -> int:
    """Add *messages* and return the number of new ones; a message with a stored key is skipped."""
    new_count = 0
    for message in messages:
        values = {name: getattr(message, name) for name in OutboxMessage.__dataclass_fields__}
        insert = upsert(tx, outbox).values(**values, state="due", created=now, due=now, attempts=0)
        insert = insert.on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
        new_count += len(tx.execute(insert).all())  # PostgreSQL's driver leaves rowcount at -1 here
    return new_count


def due(
    tx: Connection, *, now: datetime, channels: Collection[str] | None = None, limit: int = 50
) -> list[OutboxEntry]:
    """Return up to *limit* messages whose next attempt is due, oldest first; only of *channels*."""
    query = select(outbox).where(outbox.c.state == "due", outbox.c.due <= now)
    if channels is not None:
        query = query.where(outbox.c.channel.in_(channels))
    return _rows(tx, query.order_by(outbox.c.created, outbox.c.id).limit(limit))


def due_elsewhere(
    tx: Connection, channels: Collection[str], *, now: datetime
) -> dict[tuple[str, str | None], int]:
    """Count the due messages of channels other than *channels*, by channel and reason."""
    columns = (outbox.c.channel, outbox.c.reason)
    query = select(*columns, func.count().label("size")).group_by(*columns)
    query = query.where(outbox.c.state == "due", outbox.c.due <= now)
    rows = tx.execute(query.where(outbox.c.channel.not_in(channels)))
    return {(row.channel, row.reason): row.size for row in rows}


def explain_wait(tx: Connection, channel: str, *, reason: str) -> None:
    """Store the *reason* why the due messages of *channel* wait; this is no attempt."""
    condition = (outbox.c.state == "due") & (outbox.c.channel == channel)
    tx.execute(update(outbox).where(condition).values(reason=reason))


def mark_sent(tx: Connection, entry_id: int, *, now: datetime) -> None:
    """Mark a message as accepted by the channel."""
    _update_due_entry(tx, entry_id, {"state": "sent", "sent": now, "reason": None})


def reschedule(tx: Connection, entry_id: int, *, due: datetime, reason: str) -> None:
    """Store a failed attempt; the next one is at *due*."""
    _update_due_entry(tx, entry_id, {"due": due, "reason": reason})


def mark_failed(tx: Connection, entry_id: int, *, reason: str) -> None:
    """Mark a message as failed for good; a person has to act."""
    _update_due_entry(tx, entry_id, {"state": "failed", "reason": reason})


def recent(tx: Connection, *, limit: int = 200) -> list[OutboxEntry]:
    """Return the newest messages, sent or not, newest first."""
    return _rows(
        tx, select(outbox).order_by(outbox.c.created.desc(), outbox.c.id.desc()).limit(limit)
    )


def of_incident(tx: Connection, incident: int) -> list[OutboxEntry]:
    """Return the messages on one incident, oldest first."""
    query = select(outbox).where(outbox.c.incident == incident)
    return _rows(tx, query.order_by(outbox.c.created, outbox.c.id))


def get(tx: Connection, entry_id: int) -> OutboxEntry | None:
    """Return one message; None: there is no such id."""
    rows = _rows(tx, select(outbox).where(outbox.c.id == entry_id))
    return rows[0] if rows else None


def last_day(tx: Connection, subscription: str) -> date | None:
    """Return the newest local day with a digest for *subscription*; None: no digest yet."""
    key_condition = outbox.c.key.startswith(f"{subscription}:", autoescape=True)
    condition = key_condition & (outbox.c.kind == "digest")
    return tx.execute(select(func.max(outbox.c.day)).where(condition)).scalar()


def counts(tx: Connection) -> dict[str, int]:
    """Count the messages by state: due, sent, failed."""
    rows = tx.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {"due": 0, "sent": 0, "failed": 0} | dict(rows.all())


def _update_due_entry(tx: Connection, entry_id: int, values: dict[str, Any]) -> None:
    # Only while it is due: a slow process must not fail a message that another one sent.
    statement = update(outbox).where(outbox.c.id == entry_id, outbox.c.state == "due")
    tx.execute(statement.values(attempts=outbox.c.attempts + 1, **values))


def _rows(tx: Connection, query: Any) -> list[OutboxEntry]:
    names = OutboxEntry.__dataclass_fields__
    return [OutboxEntry(**{n: getattr(row, n) for n in names}) for row in tx.execute(query)]
