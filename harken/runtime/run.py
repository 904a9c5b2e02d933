"""``harken run``: a parent with schedule, console, detection and letters; children for the rest."""

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
from core.errors import HarkenError
from harken import wiring
from harken.clock import Clock
from harken.pipeline import steps
from harken.runtime.alert_loop import Watchtower
from harken.runtime.door import open_socket, url_of
from harken.runtime.heartbeat import BEAT, Heartbeat
from harken.runtime.lock import hold
from harken.runtime.schedule import Schedule
from harken.runtime.supervisor import Child, start, stop
from harken.runtime.workers import analysts
from harken.settings_sync import seed
from store import processes
from store.analysis import queue
from store.crawl import runs, sources
from store.database import Record

log = structlog.get_logger()

LOOK: Final = timedelta(seconds=1)  # how often due sources and letters are looked for
HUNG: Final = timedelta(seconds=60)  # a child without a sign of life for so long is killed
CRAWLS: Final = 2  # crawl processes at a time


class Run:
    """All processes of one installation on this machine."""

    def __init__(self, settings: Settings, config: Path, clock: Clock) -> None:
        refuse_open_bind(settings.console.host)
        self.settings = settings
        self.clock = clock
        self.config = config
        self.record: Record = wiring.open_record(settings)
        self.children = [
            *(self._child(n, "analyse", "--name", n) for n in analysts(settings.model.workers)),
            self._child("index", "index"),
        ]
        self._crawling: dict[str, asyncio.subprocess.Process] = {}
        self._crawls: set[asyncio.Task[None]] = set()

    async def serve(self, begun: Callable[[str], None]) -> None:
        """Run until SIGINT or SIGTERM; *begun* is told the console's URL.

        Raises:
            ConfigError: another run has the state folder, or another process the console's port.
        """
        listen = self.settings.console
        with (
            contextlib.closing(hold(self.settings.state / "run.lock")),
            contextlib.closing(open_socket(listen.host, listen.port)) as door,
        ):
            await asyncio.to_thread(self._prepare)
            schedule = self._schedule()
            keepers = [asyncio.create_task(child.keep()) for child in self.children]
            schedule.start()
            try:
                begun(url_of(door))
                await self._console(door)
            finally:
                schedule.stop()
                await self._end(keepers)

    def _prepare(self) -> None:
        """Make the record know the settings, and take back what a killed run left half done."""
        now = self.clock.now()
        seed(self.record, self.settings, now=now)
        with self.record.write() as tx:
            for source in runs.close_lost(tx, now=now):
                sources.postpone(tx, source, due=now)
            for process in processes.everyone(tx):
                queue.release(tx, process.name)
                processes.forget(tx, process.name)

    def _schedule(self) -> Schedule:
        tower = Watchtower(self.record, self.settings, self.clock)
        heart = Heartbeat(self.record, "run", started=self.clock.now())
        schedule = Schedule()
        schedule.every(LOOK, "crawl", self._crawl)
        schedule.every(LOOK, "detect", lambda: asyncio.to_thread(tower.look))
        schedule.every(BEAT, "beat", lambda: asyncio.to_thread(self._beat, heart, tower))
        schedule.every(BEAT, "watch", self._watch_children)
        return schedule

    def _beat(self, heart: Heartbeat, tower: Watchtower) -> None:
        """A schedule whose detection fails does not work, however alive it is."""
        state = "failing" if tower.trouble else "working"
        heart.beat(self.clock.now(), state, tower.trouble)

    async def _crawl(self) -> None:
        """Give the sources that are due to crawl processes, one kind each."""
        found = await asyncio.to_thread(
            steps.due_sources, self.record, now=self.clock.now(), limit=self.settings.crawl.batch
        )
        for kind, slugs in found.items():
            idle = [s for s in slugs if s not in self._crawling]
            if idle and len(set(self._crawling.values())) < CRAWLS:
                process = await start(self._command("crawl", *idle))
                self._crawling |= dict.fromkeys(idle, process)
                task = asyncio.create_task(self._crawled(kind, idle, process))
                self._crawls.add(task)
                task.add_done_callback(self._crawls.discard)

    async def _crawled(
        self, kind: str, slugs: Sequence[str], process: asyncio.subprocess.Process
    ) -> None:
        limit = self.settings.crawl.deadline.total_seconds() * 1.5
        try:
            await asyncio.wait_for(process.wait(), limit)
        except TimeoutError:
            log.error("crawl.overdue", kind=kind, pid=process.pid)
            await stop(process)
        failed, now = process.returncode != 0, self.clock.now()
        try:
            await asyncio.to_thread(steps.close_crawl, self.record, slugs, now=now, failed=failed)
        except HarkenError as error:  # the next crawl of these sources closes their runs
            log.error("crawl.not_closed", kind=kind, reason=str(error))
        finally:
            for slug in slugs:
                self._crawling.pop(slug, None)

    async def _watch_children(self) -> None:
        """Kill a child that hangs; its keeper starts it again."""
        now, beats = self.clock.now(), await asyncio.to_thread(self._beats)
        for child in self.children:
            if child.name in beats and now - beats[child.name] > HUNG:
                log.error("child.hung", child=child.name)
                child.kill()

    def _beats(self) -> dict[str, datetime]:
        with self.record.read() as tx:
            return {p.name: p.beat for p in processes.everyone(tx) if p.state == "working"}

    async def _console(self, door: socket.socket) -> None:
        import uvicorn

        from console.app import console

        for number in (signal.SIGINT, signal.SIGTERM):
            # uvicorn sends itself the signal again once it is done: now the children must be ended.
            asyncio.get_running_loop().add_signal_handler(number, lambda: None)
        app = console(wiring.open_desk(self.settings, self.record, self.clock))
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
        await server.serve(sockets=[door])

    async def _end(self, keepers: Sequence[asyncio.Task[None]]) -> None:
        for task in (*keepers, *self._crawls):
            task.cancel()
        await asyncio.gather(*keepers, *self._crawls, return_exceptions=True)
        crawls = [stop(process) for process in set(self._crawling.values())]
        await asyncio.gather(*(child.stop() for child in self.children), *crawls)
        self.record.close()

    def _child(self, name: str, verb: str, *arguments: str) -> Child:
        return Child(name, self._command(verb, "--follow", *arguments), self._ended)

    def _ended(self, name: str, reason: str) -> None:
        with self.record.write() as tx:
            processes.fail(tx, name, reason=reason)

    def _command(self, verb: str, *arguments: str) -> list[str]:
        known = ["--config", str(self.config), "--state", str(self.settings.state)]
        offset = ["--offset", str(self.clock.offset.total_seconds()), "--child"]
        return [sys.executable, "-m", "harken", verb, *arguments, *known, *offset]
