"""The hold of a run on its database: two runs would crawl, count and send everything twice.

The lock of the state folder refuses a second run in the same folder. The hold in the database also
refuses one with another state folder or on another machine.
"""

import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from harken.runtime.heartbeat import BEAT_INTERVAL
from harken.runtime.lock import is_locked
from store import holders
from store.database import Database
from store.holders import Holder

LOCK_FILE: Final = "run.lock"
# A run on another machine that counts no heartbeat for so long was killed.
PATIENCE_S: Final = 3 * BEAT_INTERVAL.total_seconds()


class DatabaseHold:
    """The hold of this process; `take` it first, and call `beat` every ``BEAT_INTERVAL``."""

    def __init__(
        self, database: Database, folder: Path, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Prepare the hold of the run in the state *folder*, whose lock this process has."""
        self._database = database
        self._folder = str(folder.absolute())
        self._token = secrets.token_hex(8)
        self._sleep = sleep

    def take(self, now: datetime) -> None:
        """Take the hold, from a run that was killed if need be.

        Raises:
            ConfigError: another run holds the database; the message names it.
        """
        holder = Holder(
            token=self._token,
            host=socket.gethostname(),
            pid=os.getpid(),
            folder=self._folder,
            started=now,
        )
        former = self._current()
        if former is not None and self._is_alive(former):
            raise ConfigError(_refusal(former))
        with self._database.write() as tx:
            if not holders.replace_holder(tx, holder, former):
                raise ConfigError(_refusal(holders.current_holder(tx)))

    def beat(self) -> None:
        """Count a heartbeat.

        Raises:
            ConfigError: another run has taken the hold, since this one gave no sign for a while.
        """
        with self._database.write() as tx:
            if not holders.beat(tx, self._token):
                raise ConfigError(_refusal(holders.current_holder(tx)))

    def release(self) -> None:
        """Let go, at the end of the run."""
        with self._database.write() as tx:
            holders.release(tx, self._token)

    def _current(self) -> Holder | None:
        with self._database.read() as tx:
            return holders.current_holder(tx)

    def _is_alive(self, holder: Holder) -> bool:
        """Return True if *holder* still runs.

        On this machine the lock of its state folder decides. Elsewhere its heartbeats do: their
        number, as the clocks of two machines differ.
        """
        if holder.host == socket.gethostname():
            is_other_folder = holder.folder != self._folder
            return is_other_folder and is_locked(Path(holder.folder) / LOCK_FILE)
        self._sleep(PATIENCE_S)
        return self._current() != holder


def _refusal(holder: Holder | None) -> str:
    if holder is None:
        return "Another harken run is starting or ending with this database. Try again."
    return (
        f"The database is already used by harken run with pid {holder.pid} on {holder.host} since "
        f"{holder.started:%Y-%m-%d %H:%M} UTC (state folder {holder.folder}). Stop it first, or "
        "set record to another database."
    )
