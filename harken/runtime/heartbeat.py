"""Heartbeat that every long-lived process stores in the database."""

import os
import socket
from datetime import datetime, timedelta
from typing import Final

from store import processes
from store.database import Database
from store.processes import ProcessStatus

BEAT_INTERVAL: Final = timedelta(seconds=5)


class Heartbeat:
    """Heartbeat of one process; calling it often is cheap.

    With *is_silent* it stores nothing: the end of a one-off step must not look like a crash.
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
        """Store *state* and *now*, at most every ``BEAT_INTERVAL`` unless the state changed."""
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
            if previous_state and process.state == "failing":  # keeps its last working beat
                processes.mark_failing(tx, self._name, reason=process.reason or "")
            # A restart is no recovery: a failing process stays so until it works.
            elif previous_state != "failing" or process.state == "working":
                processes.beat(tx, process)

    def _is_recent(self, now: datetime, state: str) -> bool:
        if self._last_beat is None:
            return False
        at, last_state = self._last_beat
        return last_state == state and now - at < BEAT_INTERVAL
