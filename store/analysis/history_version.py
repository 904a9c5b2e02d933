"""Version of the recorded history. Baselines learnt under an older version are rebuilt.

The end of a rescoring and new topics for old mentions change the counts of the past. A baseline
from before such a change would report the difference as news.
"""

from typing import Final

from sqlalchemy import Connection, select

from store.database import upsert
from store.tables import counters

_COUNTER: Final = "retold"


def history_version(tx: Connection) -> int:
    """Return the present version; 0 before the first change of the history."""
    return tx.execute(select(counters.c.value).where(counters.c.name == _COUNTER)).scalar() or 0


def bump_history_version(tx: Connection) -> None:
    """Add 1 to the version, in the transaction that changes the history."""
    insert = upsert(tx, counters).values(name=_COUNTER, value=1)
    increment = {"value": counters.c.value + 1}
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_=increment))
