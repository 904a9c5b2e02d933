"""The sign of life that every long-lived process leaves in the record."""

import os
import socket
from datetime import datetime, timedelta
from typing import Final

from store import processes
from store.database import Database
from store.processes import ProcessStatus

BEAT_INTERVAL: Final = timedelta(seconds=5)


class Heartbeat:
    """Beats for one process; cheap to call often.

    *muted*: for a step that is done once; its end must not look like a death.
    """

    def __init__(
        self, database: Database, name: str, *, started_at: datetime, is_silent: bool = False
    ) -> None:
        self._is_silent = is_silent
        self._database = database
        self._name = name
        self._started_at = started_at
        self._last_beat: tuple[datetime, str] | None = None

    def beat(self, now: datetime, state: str = "working", reason: str | None = None) -> None:
        """Say that the process is alive, at most every ``BEAT`` unless its state changed."""
        if self._is_silent or self._is_recent(now, state):
            return
        process = ProcessStatus(
            name=self._name,
            pid=os.getpid(),
            host=socket.gethostname(),
            started=self._started_at,
            beat=now,
            state=state,
            reason=reason,
        )
        self._write(process)
        self._last_beat = (now, state)

    def _write(self, process: ProcessStatus) -> None:
        with self._database.write() as tx:
            previous_state = {p.name: p.state for p in processes.all_processes(tx)}.get(self._name)
            if previous_state and process.state == "failing":  # its last good beat stays
                processes.mark_failing(tx, self._name, reason=process.reason or "")
            elif (
                previous_state != "failing" or process.state == "working"
            ):  # a restart is no recovery
                processes.beat(tx, process)

    def _is_recent(self, now: datetime, state: str) -> bool:
        if self._last_beat is None:
            return False
        at, last_state = self._last_beat
        return last_state == state and now - at < BEAT_INTERVAL
