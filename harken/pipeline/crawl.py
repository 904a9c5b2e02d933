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
from crawlers.filtering import sift
from crawlers.job import Assignment, Fetched, Outcome, SpiderSettings
from crawlers.source import Page, Source, SourceOptions
from harken import wiring
from harken.clock import Clock
from nlp.text.duplicates import family_key
from store import watches
from store.crawl import host_pauses, runs, sources
from store.crawl.deletions import record_listing
from store.crawl.pages import record_page
from store.crawl.runs import Traffic
from store.crawl.sources import SourceRow
from store.database import Record

log = structlog.get_logger()

SELDOM: Final = 8  # intervals at most between two tries of a source that fails


def crawl(settings: Settings, clock: Clock, slugs: Sequence[str]) -> None:
    """Crawl the sources of *slugs* (none: all) as one batch in this process; blocks until done.

    Raises:
        ConfigError: there is no such source; or the options of some are wrong: the others were
            crawled, and these are broken until somebody changes their settings.
    """
    from crawlers.spider import crawl as fetch

    record = wiring.open_record(settings)
    with record.write() as tx:
        rows = sources.named(tx, slugs) if slugs else sources.active(tx)
        unknown = sorted(set(slugs) - {row.slug for row in rows})
        if unknown:
            known = ", ".join(s.slug for s in sources.active(tx))
            raise ConfigError(f"Unknown source {unknown[0]!r}. Known: {known}.")
        batch, wrong = _assignments(tx, rows, settings, now=clock.now())
        closed = host_pauses.closed(tx, now=clock.now())
    manners = replace(_manners(settings), closed=closed)
    if batch:
        fetch(batch, RecordSink(record, settings, clock), settings=manners, now=clock.now)
    if wrong:
        raise ConfigError("\n".join(wrong))


class RecordSink:
    """Judges each page and writes it into the record in one transaction."""

    def __init__(self, record: Record, settings: Settings, clock: Clock) -> None:
        self._record = record
        self._clock = clock
        self._voice = wiring.pseudonym(settings.state)
        self._match = _post_matcher(wiring.matcher(record))
        self._every = {s.slug: s.every for s in settings.sources}
        with record.read() as tx:
            days = max((w.retention_days for w in watches.active_watches(tx)), default=0)
        self._kept = timedelta(days=days)

    def page(self, assignment: Assignment, page: Page, fetched: Fetched) -> None:
        """Record one page, what it lists, its cursor and its validators in one transaction."""
        now = self._clock.now()
        heard, dropped = sift(
            page.posts,
            match=self._match,
            voice=self._voice,
            family=family_key,
            now=now,
            oldest=now - self._kept,
        )
        crawled_page = CrawledPage(
            source=assignment.source,
            run=assignment.run,
            posts=tuple(heard),
            dropped=tuple(dropped),
            cursor=page.cursor,
            validators=fetched.validators,
        )
        with self._record.write() as tx:
            record_page(tx, crawled_page, now=now)
            if page.listing:
                record_listing(tx, assignment.source, page.listing, now=now)

    def not_modified(self, assignment: Assignment, url: str) -> None:
        """A 304 is counted at the end of the run; there is nothing to record."""

    def ended(self, assignment: Assignment, outcome: Outcome) -> None:
        """Close the run, judge the source by it, and say when it is due again."""
        now = self._clock.now()
        traffic = Traffic(
            requests=outcome.requests, bytes=outcome.bytes, not_modified=outcome.not_modified
        )
        slug, state, reason = assignment.source, outcome.state, outcome.reason
        every = self._every.get(slug, timedelta(minutes=15))
        with self._record.write() as tx:
            runs.end(tx, assignment.run, state=state, reason=reason, traffic=traffic, now=now)
            failures = sources.settle(tx, slug, state=state, reason=reason, now=now)
            due = now + every * min(2 ** max(failures - 1, 0), SELDOM)
            sources.postpone(tx, slug, due=max(due, outcome.retry_at or due))
            if outcome.host and outcome.retry_at:
                host_pauses.close(tx, outcome.host, until=outcome.retry_at)
            if outcome.moved:
                sources.move(tx, slug, outcome.moved)
            tally = runs.one(tx, assignment.run)
        log.info("crawl.ended", source=slug, state=state, reason=reason, **tally)


def source_options(source: SourceSettings) -> SourceOptions:
    """The options of a source, checked by its kind.

    Raises:
        ConfigError: there is no such kind, or an option is wrong; one line a mistake.
    """
    return options_of(source.kind, source.options)


def options_of(kind: str, options: Mapping[str, Any]) -> SourceOptions:
    """*options* as the kind's own value; see :func:`source_options`."""
    known = plugins.load("crawlers.sources", kind, Source)
    try:
        return known.Options.model_validate(dict(options))
    except ValidationError as error:
        told = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigError(f"source kind {kind!r}: " + "; ".join(told)) from None


def _assignments(
    tx: Connection, rows: Sequence[SourceRow], settings: Settings, *, now: datetime
) -> tuple[list[Assignment], list[str]]:
    """A run for each source that can be crawled, and what is wrong with the others."""
    batch, wrong = [], []
    for row in rows:
        try:
            assignment = _assignment(row, settings)
        except ConfigError as error:
            wrong.append(f"source {row.slug}: {error}")
            sources.settle(tx, row.slug, state="failed", reason=str(error), now=now)
            due = now + timedelta(seconds=row.interval_s)
            sources.postpone(tx, row.slug, due=due)
        else:
            batch.append(assignment)
            runs.begin(tx, assignment.run, assignment.source, now=now)
    return batch, wrong


def _assignment(row: SourceRow, settings: Settings) -> Assignment:
    said = {s.slug: s for s in settings.sources}.get(row.slug)
    delay = said.delay if said else None
    return Assignment(
        source=row.slug,
        kind=row.kind,
        options=options_of(row.kind, row.options),
        run=uuid.uuid4().hex,
        cursor=row.cursor or None,
        validators=row.validators,
        allow_loopback=bool(said and said.allow_loopback),
        delay=None if delay is None else delay.total_seconds(),
    )


def _manners(settings: Settings) -> SpiderSettings:
    said = settings.crawl
    agent = f"{said.user_agent} (+{said.contact})" if said.contact else said.user_agent
    return SpiderSettings(
        user_agent=agent,
        delay=said.delay.total_seconds(),
        deadline=said.deadline.total_seconds(),
    )


def _post_matcher(
    match: Callable[[str], Mapping[str, str]],
) -> Callable[[str, Post], Mapping[str, str]]:
    return lambda text, _: match(text)
