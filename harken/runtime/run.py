"""``harken run``: a parent with schedule, console and alert loop, and children for the rest."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from config import handover
from config.difference import SettingsChange
from config.settings import Settings
from config.settings_file import SettingsFile
from console.middleware import refuse_open_bind
from core.errors import ConfigError, TransientError
from harken import wiring
from harken.clock import Clock
from harken.runtime.alert_loop import AlertLoop
from harken.runtime.child_command import child_command
from harken.runtime.child_group import ChildGroup
from harken.runtime.crawls import Crawls
from harken.runtime.database_holder import LOCK_FILE, DatabaseHold
from harken.runtime.heartbeat import BEAT_INTERVAL, Heartbeat
from harken.runtime.listener import open_socket, url_of
from harken.runtime.lock import acquire
from harken.runtime.reload import SettingsReload
from harken.runtime.replaceable_app import ReplaceableApp
from harken.runtime.schedule import Schedule
from harken.runtime.settings_watch import SettingsWatch
from harken.runtime.supervisor import Child
from harken.runtime.workers import WORKER_NAME, worker_names
from harken.settings_sync import sync_settings
from store import processes, settings_status
from store.analysis import queue
from store.crawl import runs, sources
from store.database import Database
from store.settings_status import SettingsStatus

log = structlog.get_logger()

POLL_INTERVAL: Final = timedelta(seconds=1)  # between two looks for due sources and emails
HANG_TIMEOUT: Final = timedelta(seconds=60)  # at work without progress; then a child is killed


class Runtime:
    """All processes of one installation on this machine."""

    def __init__(self, settings: Settings, settings_file: SettingsFile, clock: Clock) -> None:
        refuse_open_bind(settings.console.host)
        self.settings = settings  # in force; an edit of the file replaces them
        self.clock = clock
        self._settings_watch = SettingsWatch(settings_file)
        self.database: Database = wiring.open_database(settings)
        self.children = ChildGroup([*self._analyse_workers(), self._child("index", "index")])
        self.crawls = Crawls(self.database, settings, clock)
        self._alert_loop = AlertLoop(self.database, settings, clock)
        self._hold = DatabaseHold(self.database, settings.state)
        self._alert_lock = asyncio.Lock()  # a tick ends before its loop is replaced

    async def serve(self, on_ready: Callable[[str], None]) -> None:
        """Run until SIGINT or SIGTERM; call *on_ready* with the URL of the console.

        Raises:
            ConfigError: another run uses the state folder or the database, or another process the
                port.
        """
        console_settings = self.settings.console
        with (
            contextlib.closing(acquire(self.settings.state / LOCK_FILE)),
            contextlib.closing(
                open_socket(console_settings.host, console_settings.port)
            ) as listener,
        ):
            await asyncio.to_thread(self._hold.take, self.clock.now())
            await asyncio.to_thread(self._prepare)
            schedule = Schedule()
            self.children.start()
            try:
                context = wiring.open_app_context(self.settings, self.database, self.clock)
                app = ReplaceableApp(context)
                self._add_jobs(schedule, app)
                schedule.start()
                on_ready(url_of(listener))
                await _serve_console(app, listener)
            finally:
                schedule.stop()
                await self._stop_all()

    def _prepare(self) -> None:
        """Sync the settings, and release the runs and leases that a killed run left open."""
        now = self.clock.now()
        sync_settings(self.database, self.settings, now=now)
        status = SettingsStatus(path=str(self._settings_watch.path), applied_at=now)
        with self.database.write() as tx:
            settings_status.replace_status(tx, status)
            for source in runs.close_orphaned(tx, now=now):
                sources.schedule(tx, source, due=now)
            for process in processes.all_processes(tx):
                queue.release(tx, process.name)
                processes.remove(tx, process.name)

    def _add_jobs(self, schedule: Schedule, app: ReplaceableApp) -> None:
        async def apply(change: SettingsChange) -> None:
            """Apply edited settings to the parts of the run; the same again after a failure."""
            await self.crawls.use(change.settings)
            self.settings = change.settings
            app.use(change.settings)
            if "model" in change.changed_keys:
                await self._restart_analysis()
            await self._replace_alert_loop()

        heartbeat = Heartbeat(self.database, "run", started_at=self.clock.now())
        reload = SettingsReload(
            self._settings_watch, self.database, self.clock, running=self.settings, apply=apply
        )
        schedule.add(POLL_INTERVAL, "crawl", self.crawls.start_due)
        schedule.add(POLL_INTERVAL, "detect", self._tick_alerts)
        schedule.add(POLL_INTERVAL, "settings", reload.poll)
        schedule.add(BEAT_INTERVAL, "beat", lambda: asyncio.to_thread(self._beat, heartbeat))
        schedule.add(BEAT_INTERVAL, "hold", self._beat_hold)
        schedule.add(BEAT_INTERVAL, "watch", self._watch_children)

    async def _restart_analysis(self) -> None:
        """Replace the analyse workers by those of the current settings."""
        former = [child for child in self.children if child.name.startswith(WORKER_NAME)]
        await self.children.stop(former)
        workers = self._analyse_workers()
        removed_names = {child.name for child in former} - {child.name for child in workers}
        await asyncio.to_thread(self._forget, sorted(removed_names))
        self.children.add(workers)
        self.children.start()

    def _forget(self, names: Sequence[str]) -> None:
        """Delete the heartbeats of processes that ended on purpose, and free their leases."""
        with self.database.write() as tx:
            for name in names:
                queue.release(tx, name)
                processes.remove(tx, name)

    async def _replace_alert_loop(self) -> None:
        async with self._alert_lock:
            former_names = self._alert_loop.probes.process_names
            self._alert_loop = AlertLoop(self.database, self.settings, self.clock)
            await asyncio.to_thread(self._forget, former_names)  # the next probe stores them again

    async def _tick_alerts(self) -> None:
        async with self._alert_lock:
            await asyncio.to_thread(self._alert_loop.tick)

    def _beat(self, heartbeat: Heartbeat) -> None:
        """Report the parent as failing while its detection fails, although the process is alive."""
        error = self._alert_loop.last_error
        heartbeat.beat(self.clock.now(), "failing" if error else "working", error)

    async def _beat_hold(self) -> None:
        """Keep the hold on the database; end this run if another one has taken it."""
        try:
            await asyncio.to_thread(self._hold.beat)
        except ConfigError as error:
            log.error("run.replaced", reason=str(error))
            os.kill(os.getpid(), signal.SIGTERM)

    async def _watch_children(self) -> None:
        """Kill a child that hangs; its keeper task restarts it."""
        hung_names = await asyncio.to_thread(self._hung_names, self.clock.now())
        for child in self.children:
            if child.name in hung_names:
                log.error("child.hung", child=child.name)
                child.kill()

    def _hung_names(self, now: datetime) -> set[str]:
        with self.database.read() as tx:
            rows = processes.all_processes(tx)
        return {p.name for p in rows if processes.is_hung(p, now=now, timeout=HANG_TIMEOUT)}

    async def _stop_all(self) -> None:
        await self.crawls.stop()
        await self.children.stop(self.children)
        with contextlib.suppress(TransientError):  # the next run finds the lock of the folder free
            await asyncio.to_thread(self._hold.release)
        self.database.close()

    def _analyse_workers(self) -> list[Child]:
        names = worker_names(self.settings.model.workers)
        return [self._child(name, "analyse", "--name", name) for name in names]

    def _child(self, name: str, verb: str, *arguments: str) -> Child:
        command = child_command(
            verb, "--follow", *arguments, state=self.settings.state, clock=self.clock
        )
        # Read at each start: a child that restarts gets the settings in force.
        return Child(
            name,
            command,
            self._on_child_exit,
            document=lambda: handover.serialize(self.settings),
        )

    def _on_child_exit(self, name: str, reason: str) -> None:
        with self.database.write() as tx:
            processes.mark_failing(tx, name, reason=reason)


async def _serve_console(app: ReplaceableApp, listener: socket.socket) -> None:
    """Serve *app* on *listener* until SIGINT or SIGTERM."""
    import uvicorn

    for signal_number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn sends the signal to this process again when it is done: it must not end before
        # its children.
        asyncio.get_running_loop().add_signal_handler(signal_number, lambda: None)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=200,
        timeout_graceful_shutdown=2,
    )
    await uvicorn.Server(config).serve(sockets=[listener])
