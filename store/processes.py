"""Heartbeats of the processes of a run; a process without a recent one counts as dead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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
    # Last progress of a process that failed and has finished no step since; otherwise None. A
    # process in this state is at work: without further progress it hangs.
    progress: datetime | None = None

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
    tx.execute(statement.values(state="failing", reason=reason, progress=None))


def record_progress(tx: Connection, name: str, *, at: datetime) -> None:
    """Store *at* as the last progress of a failing process; its state and heartbeat stay."""
    tx.execute(update(processes).where(processes.c.name == name).values(progress=at))


def is_hung(process: ProcessStatus, *, now: datetime, timeout: timedelta) -> bool:
    """Return True for a process at work that reported no progress for longer than *timeout*.

    A process that starts, or that failed and waits, is not at work.
    """
    at = process.progress if process.state == "failing" else process.beat
    return at is not None and process.state != "starting" and now - at > timeout


def remove(tx: Connection, name: str) -> None:
    """Delete the row of a process that ended on purpose."""
    tx.execute(delete(processes).where(processes.c.name == name))


def all_processes(tx: Connection) -> list[ProcessStatus]:
    """Return all processes, by name."""
    names = ProcessStatus.__dataclass_fields__
    rows = tx.execute(select(processes).order_by(processes.c.name))
    return [ProcessStatus(**{n: getattr(row, n) for n in names}) for row in rows]
