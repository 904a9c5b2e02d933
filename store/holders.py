"""The one run that holds the database, and the voice key that its voices were made with."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select, update

from store.database import upsert
from store.tables import holders, voice_keys, voices

_RUN: Final = "run"  # the key of the only row


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A run that crawls, scores and sends for one database."""

    token: str  # random, of one start
    host: str
    pid: int
    folder: str  # its state folder, absolute
    started: datetime
    beats: int = 0  # heartbeats so far: it counts up while the run lives, whatever the clocks say


def current_holder(tx: Connection) -> Holder | None:
    """Return the run that holds the database; it may have been killed since."""
    row = tx.execute(select(holders).where(holders.c.name == _RUN)).first()
    if row is None:
        return None
    return Holder(**{name: getattr(row, name) for name in Holder.__dataclass_fields__})


def replace_holder(tx: Connection, holder: Holder, former: Holder | None) -> bool:
    """Let *holder* follow *former*. Return False if the row is another one by now."""
    if former is None:
        statement = upsert(tx, holders).values(name=_RUN, **asdict(holder))
        # Not its count of rows, which PostgreSQL's driver does not report.
        statement = statement.on_conflict_do_nothing().returning(holders.c.token)
        return tx.execute(statement).first() is not None
    is_former = (holders.c.token == former.token) & (holders.c.beats == former.beats)
    return bool(tx.execute(update(holders).where(is_former).values(**asdict(holder))).rowcount)


def beat(tx: Connection, token: str) -> bool:
    """Count a heartbeat of the run with *token*. Return False if another run holds the database."""
    statement = update(holders).where(holders.c.token == token)
    return bool(tx.execute(statement.values(beats=holders.c.beats + 1)).rowcount)


def release(tx: Connection, token: str) -> None:
    """Let the run with *token* go, which ends."""
    tx.execute(delete(holders).where(holders.c.token == token))


def voice_key_fingerprint(tx: Connection) -> str | None:
    """Return the fingerprint of the key of all voices; None: not stored yet."""
    return tx.scalar(select(voice_keys.c.fingerprint))


def replace_voice_key_fingerprint(tx: Connection, fingerprint: str) -> None:
    """Store the fingerprint of the key with which all voices are made from now on."""
    tx.execute(delete(voice_keys))
    statement = upsert(tx, voice_keys).values(fingerprint=fingerprint)
    tx.execute(statement.on_conflict_do_nothing())  # another process stores the same one


def has_voices(tx: Connection) -> bool:
    """Return True if an author was stored."""
    return tx.execute(select(voices.c.id).limit(1)).first() is not None
