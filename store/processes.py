"""Heartbeats of the processes of a run; a process without a recent one counts as dead."""

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
        """The name without its number: analyse and analyse-2 have the same role."""
        return self.name.partition("-")[0]


def beat(tx: Connection, process: ProcessStatus) -> None:
    """Write or update the row of *process*."""
    values = {name: getattr(process, name) for name in ProcessStatus.__dataclass_fields__}
    insert = upsert(tx, processes).values(**values)
    del values["name"]
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


def mark_failing(tx: Connection, name: str, *, reason: str) -> None:
    """Mark a process as failing; its last heartbeat stays."""
    statement = update(processes).where(processes.c.name == name)
    tx.execute(statement.values(state="failing", reason=reason))


def remove(tx: Connection, name: str) -> None:
    """Delete the row of a process that ended on purpose."""
    tx.execute(delete(processes).where(processes.c.name == name))


def all_processes(tx: Connection) -> list[ProcessStatus]:
    """Return all processes, by name."""
    names = ProcessStatus.__dataclass_fields__
    rows = tx.execute(select(processes).order_by(processes.c.name))
    return [ProcessStatus(**{n: getattr(row, n) for n in names}) for row in rows]
