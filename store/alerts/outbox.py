"""One row a letter and recipient, written together with what it tells of; sent at least once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from store.database import upsert
from store.tables import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
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
class OutboxRow(Parcel):
    """A parcel in the outbox."""

    id: int
    state: str  # due | sent | failed
    attempts: int
    created: datetime
    due: datetime
    sent: datetime | None
    reason: str | None


def put(tx: Connection, parcels: Sequence[Parcel], *, now: datetime) -> int:
    """Add parcels; a key that is there already stays as it is. Returns how many were new."""
    added = 0
    for parcel in parcels:
        values = {name: getattr(parcel, name) for name in Parcel.__dataclass_fields__}
        insert = upsert(tx, outbox).values(**values, state="due", created=now, due=now, attempts=0)
        insert = insert.on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
        added += len(tx.execute(insert).all())  # PostgreSQL's driver leaves rowcount at -1 here
    return added


def due(tx: Connection, *, now: datetime, limit: int = 50) -> list[OutboxRow]:
    """Letters to try now, oldest first."""
    query = select(outbox).where(outbox.c.state == "due", outbox.c.due <= now)
    return _rows(tx, query.order_by(outbox.c.created, outbox.c.id).limit(limit))


def mark_sent(tx: Connection, number: int, *, now: datetime) -> None:
    """The channel took it."""
    _settle(tx, number, {"state": "sent", "sent": now, "reason": None})


def postpone(tx: Connection, number: int, *, due: datetime, reason: str) -> None:
    """It did not work; try again at *due*."""
    _settle(tx, number, {"due": due, "reason": reason})


def give_up(tx: Connection, number: int, *, reason: str) -> None:
    """It never will work; a person has to look."""
    _settle(tx, number, {"state": "failed", "reason": reason})


def letters(tx: Connection, *, limit: int = 200) -> list[OutboxRow]:
    """The newest letters, sent or not."""
    return _rows(
        tx, select(outbox).order_by(outbox.c.created.desc(), outbox.c.id.desc()).limit(limit)
    )


def of_incident(tx: Connection, incident: int) -> list[OutboxRow]:
    """The letters on one incident, oldest first."""
    own = select(outbox).where(outbox.c.incident == incident)
    return _rows(tx, own.order_by(outbox.c.created, outbox.c.id))


def letter(tx: Connection, number: int) -> OutboxRow | None:
    """One letter."""
    found = _rows(tx, select(outbox).where(outbox.c.id == number))
    return found[0] if found else None


def has(tx: Connection, key: str) -> bool:
    """Whether a parcel of this key was ever put in."""
    return tx.execute(select(outbox.c.id).where(outbox.c.key == key)).first() is not None


def last_day(tx: Connection, subscription: str) -> date | None:
    """The newest local day that *subscription* already has a digest of."""
    named = outbox.c.key.startswith(f"{subscription}:", autoescape=True)
    own = named & (outbox.c.kind == "digest")
    return tx.execute(select(func.max(outbox.c.day)).where(own)).scalar()


def tally(tx: Connection) -> dict[str, int]:
    """How many letters are due, sent, failed."""
    rows = tx.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {"due": 0, "sent": 0, "failed": 0} | dict(rows.all())


def _settle(tx: Connection, number: int, values: dict[str, Any]) -> None:
    # Only while it is due: what one deliverer sent, a slower one cannot fail.
    change = update(outbox).where(outbox.c.id == number, outbox.c.state == "due")
    tx.execute(change.values(attempts=outbox.c.attempts + 1, **values))


def _rows(tx: Connection, query: Any) -> list[OutboxRow]:
    names = OutboxRow.__dataclass_fields__
    return [OutboxRow(**{n: getattr(row, n) for n in names}) for row in tx.execute(query)]
