"""Reload of edited settings in the parent of a run: apply what can be, and store the rest."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from config.difference import SettingsChange, compare
from config.settings import Settings
from harken.clock import Clock
from harken.runtime.settings_watch import SettingsWatch
from store import settings_status
from store.database import Database
from store.settings_status import SettingsStatus

log = structlog.get_logger()


class SettingsReload:
    """Job that applies each edit of the settings file once.

    A wrong edit changes nothing but the stored status, which the console and ``harken status``
    show. After a failure, such as a locked database, the next call tries the same edit again.
    """

    def __init__(
        self,
        watch: SettingsWatch,
        database: Database,
        clock: Clock,
        *,
        running: Settings,
        apply: Callable[[SettingsChange], Awaitable[None]],
    ) -> None:
        self._watch = watch
        self._database = database
        self._clock = clock
        self._running = running
        self._apply = apply

    async def poll(self) -> None:
        """Apply or reject an edit, if one is complete."""
        result = await asyncio.to_thread(self._watch.poll, self._clock.now())
        if result is None:
            return
        if result.settings is None:
            await asyncio.to_thread(self._store_rejection, result.problem)
            log.error("settings.rejected", reason=result.problem)
        else:
            change = compare(self._running, result.settings)
            if change.changed_keys:
                await self._apply(change)
            self._running = change.settings
            await asyncio.to_thread(self._store_acceptance, change)
            log.info(
                "settings.applied", keys=change.changed_keys, restart_needed=change.restart_keys
            )
        self._watch.confirm()

    def _store_rejection(self, problem: str) -> None:
        with self._database.write() as tx:
            settings_status.mark_rejected(tx, problem, now=self._clock.now())

    def _store_acceptance(self, change: SettingsChange) -> None:
        with self._database.write() as tx:
            previous = settings_status.current_status(tx)
            status = SettingsStatus(
                path=str(self._watch.path),
                applied_at=self._clock.now()
                if change.changed_keys or not previous
                else previous.applied_at,
                restart=change.restart_keys,
            )
            settings_status.replace_status(tx, status)
