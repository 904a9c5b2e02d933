"""The learnt rhythm of each source, and its silence if there is one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from store.database import upsert
from store.tables import source_silences


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """The stored state of one source."""

    source: str
    learnt_to: datetime  # start of the last run that it contains
    silent_since: datetime | None  # start of the last run with posts; None: not silent
    expected: float | None  # posts since then, as the step last counted; None: not silent
    state: dict[str, Any]


def all_rows(tx: Connection) -> dict[str, SilenceRow]:
    """Return the stored states by source."""
    rows = tx.execute(select(source_silences))
    return {row.source: SilenceRow(**row._asdict()) for row in rows}


def get(tx: Connection, source: str) -> SilenceRow | None:
    """Return the stored state of *source*; None: there is none."""
    query = select(source_silences).where(source_silences.c.source == source)
    row = tx.execute(query).one_or_none()
    return None if row is None else SilenceRow(**row._asdict())


def silent_sources(tx: Connection) -> dict[str, tuple[datetime, float]]:
    """Return the silent sources, with the start of the silence and the posts expected since."""
    columns = (source_silences.c.source, source_silences.c.silent_since, source_silences.c.expected)
    query = select(*columns).where(source_silences.c.silent_since.is_not(None))
    return {row.source: (row.silent_since, row.expected or 0.0) for row in tx.execute(query)}


def save(tx: Connection, row: SilenceRow) -> None:
    """Store *row* in the place of the former state of its source."""
    names = ("learnt_to", "silent_since", "expected", "state")
    values = {name: getattr(row, name) for name in names}
    insert = upsert(tx, source_silences).values(source=row.source, **values)
    tx.execute(insert.on_conflict_do_update(index_elements=["source"], set_=values))
