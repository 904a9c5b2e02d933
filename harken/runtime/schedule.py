"""Schedule of a run. Jobs are kept in memory; their results are only in the database."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from harken.logs import safe_message

log = structlog.get_logger()

Job = Callable[[], Awaitable[None]]
_MISFIRE_GRACE_S: Final = 3600  # the default drops a job that is 1 s late


class Schedule:
    """Runner of jobs at intervals; a job never overlaps itself, and a late one runs once."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": _MISFIRE_GRACE_S,
            },
        )
        self._scheduler.add_listener(_log_missed_job, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    def add(self, interval: timedelta, name: str, job: Job) -> None:
        """Run *job* every *interval*, for the first time after one."""
        seconds = interval.total_seconds()
        self._scheduler.add_job(_with_failure_log(name, job), "interval", seconds=seconds, id=name)

    def start(self) -> None:
        """Start the jobs; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Start no more jobs; those that run are not waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _with_failure_log(name: str, job: Job) -> Job:
    """Wrap *job*: log a failure, but only if its reason changed."""
    last_reason = ""

    async def run() -> None:
        """Run the job once; raise nothing."""
        nonlocal last_reason
        try:
            await job()
            last_reason = ""
        except Exception as error:  # noqa: BLE001 - one failing job must not end the others
            reason = safe_message(error)
            if reason != last_reason:
                log.error("job.failed", job=name, reason=reason)
            last_reason = reason

    return run


def _log_missed_job(event: JobExecutionEvent) -> None:
    log.warning("job.missed", job=event.job_id)
