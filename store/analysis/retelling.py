"""How often what is recorded was told anew: whoever learnt of the telling before learns again.

A replay that ended and other topics for old mentions change what was said of the past, as far as
counts go: a baseline of before would take the difference for news.
"""

from typing import Final

from sqlalchemy import Connection, select

from store.database import upsert
from store.tables import counters

_COUNTER: Final = "retold"


def history_version(tx: Connection) -> int:
    """How often so far; it grows in the transaction that tells."""
    return tx.execute(select(counters.c.value).where(counters.c.name == _COUNTER)).scalar() or 0


def bump_history_version(tx: Connection) -> None:
    """Once more."""
    insert = upsert(tx, counters).values(name=_COUNTER, value=1)
    increment = {"value": counters.c.value + 1}
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_=increment))
