"""The sign of life that every long-lived process leaves in the record."""

import os
import socket
from datetime import datetime, timedelta
from typing import Final

from store import processes
from store.database import Record
from store.processes import Process

BEAT: Final = timedelta(seconds=5)


class Heartbeat:
    """Beats for one process; cheap to call often.

    *muted*: for a step that is done once; its end must not look like a death.
    """

    def __init__(
        self, record: Record, name: str, *, started: datetime, muted: bool = False
    ) -> None:
        self._muted = muted
        self._record = record
        self._name = name
        self._started = started
        self._last: tuple[datetime, str] | None = None

    def beat(self, now: datetime, state: str = "working", reason: str | None = None) -> None:
        """Say that the process is alive, at most every ``BEAT`` unless its state changed."""
        if self._muted or self._was_told(now, state):
            return
        process = Process(
            name=self._name,
            pid=os.getpid(),
            host=socket.gethostname(),
            started=self._started,
            beat=now,
            state=state,
            reason=reason,
        )
        self._write(process)
        self._last = (now, state)

    def _write(self, process: Process) -> None:
        with self._record.write() as tx:
            known = {p.name: p.state for p in processes.everyone(tx)}.get(self._name)
            if known and process.state == "failing":  # its last good beat stays
                processes.fail(tx, self._name, reason=process.reason or "")
            elif known != "failing" or process.state == "working":  # a restart is no recovery
                processes.beat(tx, process)

    def _was_told(self, now: datetime, state: str) -> bool:
        if self._last is None:
            return False
        at, known = self._last
        return known == state and now - at < BEAT
