"""Hosts that asked to be left alone for a while: obeyed by every source, also after a restart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from store.database import upsert
from store.tables import leases

_LEASE_NAME: Final = "host"


def pause(tx: Connection, host: str, *, until: datetime) -> None:
    """Note that *host* (name:port) wants no request before *until*."""
    insert = upsert(tx, leases).values(
        name=_LEASE_NAME, item=host, owner=host, until=until, attempts=0
    )
    values = {"until": insert.excluded.until}
    tx.execute(insert.on_conflict_do_update(index_elements=["name", "item"], set_=values))


def paused_hosts(tx: Connection, *, now: datetime) -> Mapping[str, datetime]:
    """The hosts that still want none, and until when."""
    query = select(leases.c.item, leases.c.until)
    rows = tx.execute(query.where(leases.c.name == _LEASE_NAME, leases.c.until > now))
    return {row.item: row.until for row in rows}
