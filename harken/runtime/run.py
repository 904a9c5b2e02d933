"""``harken run``: a parent with schedule, console and alert loop, and children for the rest."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from config.settings import Settings
from console.middleware import refuse_open_bind
from core.errors import ConfigError, HarkenError
from harken import wiring
from harken.clock import Clock
from harken.pipeline.crawl import close_crawl, due_sources
from harken.runtime.alert_loop import AlertLoop
from harken.runtime.heartbeat import BEAT_INTERVAL, Heartbeat
from harken.runtime.lock import acquire
from harken.runtime.schedule import Schedule
from harken.runtime.supervisor import Child, start, stop
from harken.runtime.workers import worker_names
from harken.settings_sync import sync_settings
from store import processes
from store.analysis import queue
from store.crawl import runs, sources
from store.database import Database

log = structlog.get_logger()

POLL_INTERVAL: Final = timedelta(seconds=1)  # between two looks for due sources and emails
HANG_TIMEOUT: Final = timedelta(seconds=60)  # without a heartbeat; then the child is killed
MAX_CRAWLS: Final = 2  # crawl processes at a time


class Runtime:
    """All processes of one installation on this machine."""

    def __init__(self, settings: Settings, config: Path, clock: Clock) -> None:
        refuse_open_bind(settings.console.host)
        self.settings = settings
        self.clock = clock
        self.config = config
        self.database: Database = wiring.open_database(settings)
        self.children = [
            *(self._child(n, "analyse", "--name", n) for n in worker_names(settings.model.workers)),
            self._child("index", "index"),
        ]
        self._crawl_processes: dict[str, asyncio.subprocess.Process] = {}
        self._crawl_tasks: set[asyncio.Task[None]] = set()

    async def serve(self, on_ready: Callable[[str], None]) -> None:
        """Run until SIGINT or SIGTERM; call *on_ready* with the URL of the console.

        Raises:
            ConfigError: another run uses the state folder, or another process the port.
        """
        console_settings = self.settings.console
        with (
            contextlib.closing(acquire(self.settings.state / "run.lock")),
            contextlib.closing(
                open_socket(console_settings.host, console_settings.port)
            ) as listener,
        ):
            await asyncio.to_thread(self._prepare)
            schedule = self._schedule()
            keepers = [asyncio.create_task(child.keep_running()) for child in self.children]
            schedule.start()
            try:
                on_ready(url_of(listener))
                await self._serve_console(listener)
            finally:
                schedule.stop()
                await self._stop_all(keepers)

    def _prepare(self) -> None:
        """Sync the settings, and release the runs and leases that a killed run left open."""
        now = self.clock.now()
        sync_settings(self.database, self.settings, now=now)
        with self.database.write() as tx:
            for source in runs.close_orphaned(tx, now=now):
                sources.schedule(tx, source, due=now)
            for process in processes.all_processes(tx):
                queue.release(tx, process.name)
                processes.remove(tx, process.name)

    def _schedule(self) -> Schedule:
        alert_loop = AlertLoop(self.database, self.settings, self.clock)
        heartbeat = Heartbeat(self.database, "run", started_at=self.clock.now())
        schedule = Schedule()
        schedule.add(POLL_INTERVAL, "crawl", self._start_crawls)
        schedule.add(POLL_INTERVAL, "detect", lambda: asyncio.to_thread(alert_loop.tick))
        schedule.add(
            BEAT_INTERVAL, "beat", lambda: asyncio.to_thread(self._beat, heartbeat, alert_loop)
        )
        schedule.add(BEAT_INTERVAL, "watch", self._watch_children)
        return schedule

    def _beat(self, heartbeat: Heartbeat, alert_loop: AlertLoop) -> None:
        """Report the parent as failing while its detection fails, although the process is alive."""
        state = "failing" if alert_loop.last_error else "working"
        heartbeat.beat(self.clock.now(), state, alert_loop.last_error)

    async def _start_crawls(self) -> None:
        """Start a crawl process for each kind of due sources, at most ``MAX_CRAWLS`` at a time."""
        due_slugs = await asyncio.to_thread(
            due_sources, self.database, now=self.clock.now(), limit=self.settings.crawl.batch
        )
        for kind, slugs in due_slugs.items():
            idle = [s for s in slugs if s not in self._crawl_processes]
            if idle and len(set(self._crawl_processes.values())) < MAX_CRAWLS:
                process = await start(self._command("crawl", *idle))
                self._crawl_processes |= dict.fromkeys(idle, process)
                task = asyncio.create_task(self._finish_crawl(kind, idle, process))
                self._crawl_tasks.add(task)
                task.add_done_callback(self._crawl_tasks.discard)

    async def _finish_crawl(
        self, kind: str, slugs: Sequence[str], process: asyncio.subprocess.Process
    ) -> None:
        limit = self.settings.crawl.deadline.total_seconds() * 1.5
        try:
            await asyncio.wait_for(process.wait(), limit)
        except TimeoutError:
            log.error("crawl.overdue", kind=kind, pid=process.pid)
            await stop(process)
        has_failed, now = process.returncode != 0, self.clock.now()
        try:
            await asyncio.to_thread(
                close_crawl, self.database, slugs, now=now, has_failed=has_failed
            )
        except HarkenError as error:  # the next crawl of these sources closes their runs
            log.error("crawl.not_closed", kind=kind, reason=str(error))
        finally:
            for slug in slugs:
                self._crawl_processes.pop(slug, None)

    async def _watch_children(self) -> None:
        """Kill a child that hangs; its keeper task restarts it."""
        now, beats = self.clock.now(), await asyncio.to_thread(self._last_beats)
        for child in self.children:
            if child.name in beats and now - beats[child.name] > HANG_TIMEOUT:
                log.error("child.hung", child=child.name)
                child.kill()

    def _last_beats(self) -> dict[str, datetime]:
        with self.database.read() as tx:
            return {p.name: p.beat for p in processes.all_processes(tx) if p.state == "working"}

    async def _serve_console(self, listener: socket.socket) -> None:
        import uvicorn

        from console.app import create_app

        for signal_number in (signal.SIGINT, signal.SIGTERM):
            # uvicorn sends the signal to this process again when it is done: it must not end before
            # its children.
            asyncio.get_running_loop().add_signal_handler(signal_number, lambda: None)
        app = create_app(wiring.open_app_context(self.settings, self.database, self.clock))
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=200,
                timeout_graceful_shutdown=2,
            )
        )
        await server.serve(sockets=[listener])

    async def _stop_all(self, keepers: Sequence[asyncio.Task[None]]) -> None:
        for task in (*keepers, *self._crawl_tasks):
            task.cancel()
        await asyncio.gather(*keepers, *self._crawl_tasks, return_exceptions=True)
        crawls = [stop(process) for process in set(self._crawl_processes.values())]
        await asyncio.gather(*(child.stop() for child in self.children), *crawls)
        self.database.close()

    def _child(self, name: str, verb: str, *arguments: str) -> Child:
        return Child(name, self._command(verb, "--follow", *arguments), self._on_child_exit)

    def _on_child_exit(self, name: str, reason: str) -> None:
        with self.database.write() as tx:
            processes.mark_failing(tx, name, reason=reason)

    def _command(self, verb: str, *arguments: str) -> list[str]:
        common_options = ["--config", str(self.config), "--state", str(self.settings.state)]
        offset = ["--offset", str(self.clock.offset.total_seconds()), "--child"]
        return [sys.executable, "-m", "harken", verb, *arguments, *common_options, *offset]


def open_socket(host: str, port: int) -> socket.socket:
    """Listen at *host* and *port*; port 0 selects a free one.

    Raises:
        ConfigError: the address is in use, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            f"console: cannot listen on {host} port {port}: {error.strerror}. "
            "Stop the program that uses it, or set another console.port."
        ) from None


def url_of(listener: socket.socket) -> str:
    """Return the URL at which a browser on this machine reaches *listener*."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
