"""Each process of a run beats; one that stopped beating is not alive, whatever it said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from store.database import upsert
from store.tables import processes


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of a run."""

    name: str
    pid: int
    host: str
    started: datetime
    beat: datetime
    state: str  # starting | working | failing
    reason: str | None

    @property
    def role(self) -> str:
        """What it does: several may do the same, as analyse and analyse-2."""
        return self.name.partition("-")[0]


def beat(tx: Connection, process: Process) -> None:
    """Write or renew a process's row."""
    values = {name: getattr(process, name) for name in Process.__dataclass_fields__}
    insert = upsert(tx, processes).values(**values)
    del values["name"]
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


def fail(tx: Connection, name: str, *, reason: str) -> None:
    """Mark a process as failing; its last beat stays."""
    own = update(processes).where(processes.c.name == name)
    tx.execute(own.values(state="failing", reason=reason))


def forget(tx: Connection, name: str) -> None:
    """Take a process that ended on purpose off the list."""
    tx.execute(delete(processes).where(processes.c.name == name))


def everyone(tx: Connection) -> list[Process]:
    """All processes, by name."""
    names = Process.__dataclass_fields__
    rows = tx.execute(select(processes).order_by(processes.c.name))
    return [Process(**{n: getattr(row, n) for n in names}) for row in rows]
