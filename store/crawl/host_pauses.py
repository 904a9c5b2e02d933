"""Hosts that asked for a pause. It holds for every source, also after a restart."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from store.database import upsert
from store.tables import host_pauses


def pause(tx: Connection, host: str, *, until: datetime) -> None:
    """Store that *host* (name:port) must get no request before *until*."""
    insert = upsert(tx, host_pauses).values(host=host, until=until)
    tx.execute(insert.on_conflict_do_update(index_elements=["host"], set_={"until": until}))


def paused_hosts(tx: Connection, *, now: datetime) -> Mapping[str, datetime]:
    """Return the hosts (name:port) whose pause still holds, with its end."""
    rows = tx.execute(select(host_pauses).where(host_pauses.c.until > now))
    return {row.host: row.until for row in rows}
