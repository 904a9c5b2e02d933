"""The crawl step: due sources become assignments, and what they say goes into the record (H1)."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from pydantic import ValidationError
from sqlalchemy import Connection

from config.settings import Settings, SourceSettings
from core import plugins
from core.crawl import CrawledPage, Post
from core.errors import ConfigError
from crawlers.filtering import filter_posts
from crawlers.job import CrawlJob, CrawlOutcome, FetchedPage, SpiderSettings
from crawlers.source import ParsedPage, Source, SourceOptions
from harken import wiring
from harken.clock import Clock
from nlp.text.duplicates import family_key
from store import watches
from store.crawl import host_pauses, runs, sources
from store.crawl.deletions import apply_listing
from store.crawl.pages import record_page
from store.crawl.runs import RunTotals
from store.crawl.sources import SourceRecord
from store.database import Database

log = structlog.get_logger()

MAX_BACKOFF: Final = 8  # intervals at most between two tries of a source that fails


def crawl_sources(settings: Settings, clock: Clock, slugs: Sequence[str]) -> None:
    """Crawl the sources of *slugs* (none: all) as one batch in this process; blocks until done.

    Raises:
        ConfigError: there is no such source; or the options of some are wrong: the others were
            crawled, and these are broken until somebody changes their settings.
    """
    from crawlers.spider import crawl as fetch

    database = wiring.open_database(settings)
    with database.write() as tx:
        rows = sources.by_slug(tx, slugs) if slugs else sources.active(tx)
        unknown = sorted(set(slugs) - {row.slug for row in rows})
        if unknown:
            active_slugs = ", ".join(s.slug for s in sources.active(tx))
            raise ConfigError(f"Unknown source {unknown[0]!r}. Known: {active_slugs}.")
        jobs, errors = _crawl_jobs(tx, rows, settings, now=clock.now())
        paused_hosts = host_pauses.paused_hosts(tx, now=clock.now())
    spider_settings = replace(_spider_settings(settings), paused_hosts=paused_hosts)
    if jobs:
        fetch(
            jobs, DatabaseSink(database, settings, clock), settings=spider_settings, now=clock.now
        )
    if errors:
        raise ConfigError("\n".join(errors))


class DatabaseSink:
    """Judges each page and writes it into the record in one transaction."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._voice = wiring.pseudonym(settings.state)
        self._match = _post_matcher(wiring.matcher(database))
        self._intervals = {s.slug: s.every for s in settings.sources}
        with database.read() as tx:
            days = max((w.retention_days for w in watches.active_watches(tx)), default=0)
        self._retention = timedelta(days=days)

    def on_page(self, job: CrawlJob, page: ParsedPage, fetched_page: FetchedPage) -> None:
        """Record one page, what it lists, its cursor and its validators in one transaction."""
        now = self._clock.now()
        crawled_posts, dropped_posts = filter_posts(
            page.posts,
            match=self._match,
            voice=self._voice,
            family=family_key,
            now=now,
            oldest=now - self._retention,
        )
        crawled_page = CrawledPage(
            source=job.source,
            run=job.run,
            posts=tuple(crawled_posts),
            dropped=tuple(dropped_posts),
            cursor=page.cursor,
            validators=fetched_page.validators,
        )
        with self._database.write() as tx:
            record_page(tx, crawled_page, now=now)
            if page.listing:
                apply_listing(tx, job.source, page.listing, now=now)

    def not_modified(self, job: CrawlJob, url: str) -> None:
        """A 304 is counted at the end of the run; there is nothing to record."""

    def on_finished(self, job: CrawlJob, outcome: CrawlOutcome) -> None:
        """Close the run, judge the source by it, and say when it is due again."""
        now = self._clock.now()
        traffic = RunTotals(
            requests=outcome.requests, bytes=outcome.bytes, not_modified=outcome.not_modified
        )
        slug, state, reason = job.source, outcome.state, outcome.reason
        interval = self._intervals.get(slug, timedelta(minutes=15))
        with self._database.write() as tx:
            runs.finish(tx, job.run, state=state, reason=reason, run_totals=traffic, now=now)
            failures = sources.record_outcome(tx, slug, state=state, reason=reason, now=now)
            due = now + interval * min(2 ** max(failures - 1, 0), MAX_BACKOFF)
            sources.schedule(tx, slug, due=max(due, outcome.retry_at or due))
            if outcome.host and outcome.retry_at:
                host_pauses.pause(tx, outcome.host, until=outcome.retry_at)
            if outcome.new_url:
                sources.update_url(tx, slug, outcome.new_url)
            counts = runs.counts(tx, job.run)
        log.info("crawl.ended", source=slug, state=state, reason=reason, **counts)


def source_options(source: SourceSettings) -> SourceOptions:
    """The options of a source, checked by its kind.

    Raises:
        ConfigError: there is no such kind, or an option is wrong; one line a mistake.
    """
    return parse_options(source.kind, source.options)


def parse_options(kind: str, options: Mapping[str, Any]) -> SourceOptions:
    """*options* as the kind's own value; see :func:`source_options`."""
    source_class = plugins.load("crawlers.sources", kind, Source)
    try:
        return source_class.Options.model_validate(dict(options))
    except ValidationError as error:
        messages = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigError(f"source kind {kind!r}: " + "; ".join(messages)) from None


def _crawl_jobs(
    tx: Connection, rows: Sequence[SourceRecord], settings: Settings, *, now: datetime
) -> tuple[list[CrawlJob], list[str]]:
    """A run for each source that can be crawled, and what is wrong with the others."""
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


def _spider_settings(settings: Settings) -> SpiderSettings:
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


def _post_matcher(
    match: Callable[[str], Mapping[str, str]],
) -> Callable[[str, Post], Mapping[str, str]]:
    return lambda text, _: match(text)
