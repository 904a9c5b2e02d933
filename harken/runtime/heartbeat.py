"""Heartbeat that every long-lived process stores in the database."""

import contextlib
import os
import socket
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from core.errors import TransientError
from store import processes
from store.database import Database
from store.processes import ProcessStatus

BEAT_INTERVAL: Final = timedelta(seconds=5)
_PROGRESS: Final = "progress"  # in place of a state: a beat after a step is never held back by it


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
        if self._is_silent or self._is_recent(now, (state,)):
            return
        with self._database.write() as tx:
            previous_state = self._stored_state(tx)
            if previous_state and state == "failing":  # keeps its last working beat
                processes.mark_failing(tx, self._name, reason=reason or "")
            # A restart is no recovery: a failing process stays so until it works.
            elif previous_state != "failing" or state == "working":
                processes.beat(tx, self._status(now, state, reason))
        self._last_beat = (now, state)

    def progress(self, now: datetime) -> None:
        """Store that a step made progress, at most every ``BEAT_INTERVAL``.

        Unlike :meth:`beat` it does not end a failure: only a finished step does. A database that
        does not respond is no reason to stop the step.
        """
        if self._is_silent or self._is_recent(now, ("working", _PROGRESS)):
            return
        with contextlib.suppress(TransientError):
            with self._database.write() as tx:
                if self._stored_state(tx) == "failing":
                    processes.record_progress(tx, self._name, at=now)
                else:
                    processes.beat(tx, self._status(now, "working", None))
            self._last_beat = (now, _PROGRESS)

    def _stored_state(self, tx: Connection) -> str | None:
        return {p.name: p.state for p in processes.all_processes(tx)}.get(self._name)

    def _status(self, now: datetime, state: str, reason: str | None) -> ProcessStatus:
        return ProcessStatus(
            name=self._name,
            pid=os.getpid(),
            host=socket.gethostname(),
            started=self._started_at,
            beat=now,
            state=state,
            reason=reason,
        )

    def _is_recent(self, now: datetime, states: Collection[str]) -> bool:
        if self._last_beat is None:
            return False
        at, last_state = self._last_beat
        return last_state in states and now - at < BEAT_INTERVAL
