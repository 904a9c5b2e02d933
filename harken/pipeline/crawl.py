"""Crawl step: fetch due sources and store their mentions.

A killed step loses only the page that it was working on: the next starts at the stored cursor.

1. Find the sources that are due, grouped by kind (`due_sources`); each group is one process.
2. Start a run for each source, and skip those whose options are wrong.
3. Crawl the sources of the process as one batch, politely to each host.
4. Filter and store each page in one transaction, and close each run (`DatabaseSink`).
5. After the process ended, close the runs that it left open, and schedule their sources again
   (`close_crawl`).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection

from config.settings import Settings, SourceSettings
from core import plugins
from core.errors import ConfigError
from crawlers.job import CrawlJob, SpiderSettings
from crawlers.source import Source, SourceOptions
from harken import wiring
from harken.clock import Clock
from harken.pipeline.database_sink import DatabaseSink
from harken.pipeline.progress import NO_PROGRESS, Progress
from store.crawl import host_pauses, runs, sources
from store.crawl.sources import SourceRecord
from store.database import Database

DUE_WINDOW: Final = timedelta(seconds=5)  # sources due within it share a process: starting costs
RECRAWL_DELAY: Final = timedelta(seconds=5)  # before a source is crawled again after a crash


def due_sources(database: Database, *, now: datetime, limit: int) -> Mapping[str, Sequence[str]]:
    """Return the slugs of at most *limit* due sources, by kind, the longest due first."""
    with database.read() as tx:
        rows = sources.due(tx, now=now + DUE_WINDOW, limit=limit)
    if not rows or rows[0].due > now:
        return {}
    return {
        kind: [s.slug for s in rows if s.kind == kind] for kind in sorted({s.kind for s in rows})
    }


def crawl_sources(
    settings: Settings, clock: Clock, slugs: Sequence[str], progress: Progress = NO_PROGRESS
) -> None:
    """Crawl the sources of *slugs* (none: all) as one batch in this process; block until done.

    *progress* counts sources.

    Raises:
        ConfigError: a source does not exist, or the options of all are wrong; nothing was crawled.
            If those of some are wrong, these fail until their settings are corrected.
    """
    from crawlers.spider import crawl

    database = wiring.open_database(settings)
    with database.write() as tx:
        rows = sources.by_slug(tx, slugs) if slugs else sources.active(tx)
        missing_slugs = sorted(set(slugs) - {row.slug for row in rows})
        if missing_slugs:
            active_slugs = ", ".join(s.slug for s in sources.active(tx))
            raise ConfigError(f"Unknown source {missing_slugs[0]!r}. Known: {active_slugs}.")
        jobs, errors = _crawl_jobs(tx, rows, settings, now=clock.now())
        paused_hosts = host_pauses.paused_hosts(tx, now=clock.now())
    batch_settings = replace(spider_settings(settings), paused_hosts=paused_hosts)
    if jobs:
        progress.expect(len(jobs))
        sink = DatabaseSink(database, settings, clock, progress)
        crawl(jobs, sink, settings=batch_settings, now=clock.now)
    elif errors:
        raise ConfigError("\n".join(errors))


def close_crawl(
    database: Database, slugs: Sequence[str], *, now: datetime, has_failed: bool = False
) -> None:
    """Mark the runs that a crawl process of *slugs* left open as failed; schedule their sources.

    A process that *has_failed* may have stopped before it started its runs. Its sources that are
    still due are delayed as well: otherwise it would be restarted at once, for ever.
    """
    with database.write() as tx:
        orphans = set(runs.close_orphaned(tx, now=now, source_slugs=slugs))
        if has_failed:
            orphans |= {s.slug for s in sources.by_slug(tx, slugs) if s.due <= now}
        for slug in sorted(orphans):
            sources.record_outcome(
                tx, slug, state="failed", reason="the crawl process crashed", now=now
            )
            sources.schedule(tx, slug, due=now + RECRAWL_DELAY)


def source_options(source: SourceSettings) -> SourceOptions:
    """Return the options of *source*, validated by its kind.

    Raises:
        ConfigError: the kind does not exist, or options are wrong; one message for all of them.
    """
    return parse_options(source.kind, source.options)


def parse_options(kind: str, options: Mapping[str, Any]) -> SourceOptions:
    """Return *options* as the value class of *kind*; see :func:`source_options`."""
    source_class = plugins.load("crawlers.sources", kind, Source)
    try:
        return source_class.Options.model_validate(dict(options))
    except ValidationError as error:
        messages = [
            f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise ConfigError(f"source kind {kind!r}: " + "; ".join(messages)) from None


def spider_settings(settings: Settings) -> SpiderSettings:
    """Return the limits and the politeness of every crawl."""
    crawl_settings = settings.crawl
    agent = (
        f"{crawl_settings.user_agent} (+{crawl_settings.contact})"
        if crawl_settings.contact
        else crawl_settings.user_agent
    )
    return SpiderSettings(
        user_agent=agent,
        delay=crawl_settings.delay.total_seconds(),
        deadline=crawl_settings.deadline.total_seconds(),
    )


def _crawl_jobs(
    tx: Connection, rows: Sequence[SourceRecord], settings: Settings, *, now: datetime
) -> tuple[list[CrawlJob], list[str]]:
    """Start a run for each source that can be crawled; return them and the errors of the others."""
    jobs, errors = [], []
    for row in rows:
        try:
            job = _crawl_job(row, settings)
        except ConfigError as error:
            errors.append(f"source {row.slug}: {error}")
            sources.record_outcome(tx, row.slug, state="failed", reason=str(error), now=now)
            due = now + timedelta(seconds=row.interval_s)
            sources.schedule(tx, row.slug, due=due)
        else:
            jobs.append(job)
            runs.start(tx, job.run, job.source, now=now)
    return jobs, errors


def _crawl_job(row: SourceRecord, settings: Settings) -> CrawlJob:
    source_settings = {s.slug: s for s in settings.sources}.get(row.slug)
    delay = source_settings.delay if source_settings else None
    return CrawlJob(
        source=row.slug,
        kind=row.kind,
        options=parse_options(row.kind, row.options),
        run=uuid.uuid4().hex,
        cursor=row.cursor or None,
        validators=row.validators,
        allow_loopback=bool(source_settings and source_settings.allow_loopback),
        delay=None if delay is None else delay.total_seconds(),
    )
