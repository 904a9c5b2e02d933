"""Baselines: the state that detection has learnt of each watch."""

from datetime import datetime

from sqlalchemy import Connection, select

from store.database import upsert
from store.tables import baselines


def baseline(tx: Connection, watch: str) -> tuple[datetime, dict[str, object]] | None:
    """Return the end of the learnt history of *watch*, and the state (JSON); None: not learnt."""
    query = select(baselines.c.learnt_to, baselines.c.state).where(baselines.c.watch == watch)
    row = tx.execute(query).first()
    return None if row is None else (row.learnt_to, row.state)


def save_baseline(
    tx: Connection, watch: str, *, learnt_to: datetime, state: dict[str, object]
) -> None:
    """Store *state* (JSON) as the baseline of *watch*, learnt from its history to *learnt_to*."""
    insert = upsert(tx, baselines).values(watch=watch, learnt_to=learnt_to, state=state)
    values = {"learnt_to": learnt_to, "state": state}
    tx.execute(insert.on_conflict_do_update(index_elements=["watch"], set_=values))
