"""Each process of a run beats; one that stopped beating is not alive, whatever it said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from store.database import upsert
from store.tables import processes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStatus:
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


def beat(tx: Connection, process: ProcessStatus) -> None:
    """Write or renew a process's row."""
    values = {name: getattr(process, name) for name in ProcessStatus.__dataclass_fields__}
    insert = upsert(tx, processes).values(**values)
    del values["name"]
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


def mark_failing(tx: Connection, name: str, *, reason: str) -> None:
    """Mark a process as failing; its last beat stays."""
    statement = update(processes).where(processes.c.name == name)
    tx.execute(statement.values(state="failing", reason=reason))


def remove(tx: Connection, name: str) -> None:
    """Take a process that ended on purpose off the list."""
    tx.execute(delete(processes).where(processes.c.name == name))


def all_processes(tx: Connection) -> list[ProcessStatus]:
    """All processes, by name."""
    names = ProcessStatus.__dataclass_fields__
    rows = tx.execute(select(processes).order_by(processes.c.name))
    return [ProcessStatus(**{n: getattr(row, n) for n in names}) for row in rows]
