"""The crawl processes of a run: one for each kind of due sources."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from config import handover
from config.child_environment import crawl_environment
from config.settings import Settings
from core.errors import HarkenError
from harken.clock import Clock
from harken.pipeline.crawl import close_crawl, due_sources
from harken.runtime.child_command import child_command
from harken.runtime.supervisor import start, stop
from harken.settings_sync import sync_settings
from store.crawl import sources
from store.database import Database

log = structlog.get_logger()

MAX_CRAWLS: Final = 2  # crawl processes at a time
OVERTIME: Final = 1.5  # deadlines; then a crawl process is stopped


class Crawls:
    """The crawl processes of a run; ``processes`` has them by the slugs of their sources."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self._database = database
        self._settings = settings
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._edited_slugs: set[str] = set()  # of sources whose crawl began before an edit
        self._lock = asyncio.Lock()  # no crawl starts between two halves of an edit

    async def start_due(self) -> None:
        """Start a crawl process for each kind of due sources, at most ``MAX_CRAWLS`` at a time."""
        async with self._lock:
            limit = self._settings.crawl.batch
            due_slugs = await asyncio.to_thread(
                due_sources, self._database, now=self._clock.now(), limit=limit
            )
            await self._start(due_slugs)

    async def use(self, settings: Settings) -> None:
        """Store edited *settings* in the database, and use them for every later crawl.

        An edited source that is being crawled is crawled again as soon as that ends.
        """
        async with self._lock:
            now = self._clock.now()
            await asyncio.to_thread(sync_settings, self._database, settings, now=now)
            former = {s.slug: s for s in self._settings.sources}
            edited_slugs = {s.slug for s in settings.sources if former.get(s.slug) != s}
            self._edited_slugs |= edited_slugs & self.processes.keys()
            self._settings = settings

    async def stop(self) -> None:
        """Stop all crawl processes; their runs are closed by the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(stop(process) for process in set(self.processes.values())))

    async def _start(self, due_slugs: Mapping[str, Sequence[str]]) -> None:
        for kind, slugs in due_slugs.items():
            idle = [s for s in slugs if s not in self.processes]
            if idle and len(set(self.processes.values())) < MAX_CRAWLS:
                command = child_command(
                    "crawl", *idle, state=self._settings.state, clock=self._clock
                )
                document = handover.serialize(self._settings)
                process = await start(command, document, environ=crawl_environment())
                self.processes |= dict.fromkeys(idle, process)
                task = asyncio.create_task(self.finish(kind, idle, process))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def finish(
        self, kind: str, slugs: Sequence[str], process: asyncio.subprocess.Process
    ) -> None:
        """Wait for the end of *process*, then close the runs of *slugs* that it left open."""
        limit: timedelta = self._settings.crawl.deadline * OVERTIME
        try:
            await asyncio.wait_for(process.wait(), limit.total_seconds())
        except TimeoutError:
            log.error("crawl.overdue", kind=kind, pid=process.pid)
            await stop(process)
        try:
            await asyncio.to_thread(self._close, slugs, has_failed=process.returncode != 0)
        except HarkenError as error:  # the next crawl of these sources closes their runs
            log.error("crawl.not_closed", kind=kind, reason=str(error))
        finally:
            for slug in slugs:
                self.processes.pop(slug, None)

    def _close(self, slugs: Sequence[str], *, has_failed: bool) -> None:
        now = self._clock.now()
        close_crawl(self._database, slugs, now=now, has_failed=has_failed)
        edited_slugs = self._edited_slugs.intersection(slugs)
        if not edited_slugs:
            return
        with self._database.write() as tx:
            for slug in sorted(edited_slugs):
                sources.schedule(tx, slug, due=now)
        self._edited_slugs -= edited_slugs
