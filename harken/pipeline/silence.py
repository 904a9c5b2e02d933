"""Silence step: learn what each source brings, and find those that bring nothing.

A killed step stores nothing, and the next one finds the same changes.

1. Read the state of each source, and its runs that have ended since.
2. Add them to its detector: a pure function returns the begins and ends of silences.
3. In one transaction a source, store its state and its gaps, and enqueue a notice of each change.
   If another process stored a newer state meanwhile, store nothing.
4. Store the gaps of the sources that do not answer, and end those of sources that answer again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from alerts.health import CRAWL_MARGIN, LATE_INTERVALS, source_problems
from alerts.silence import state_json
from alerts.silence.crawls import add_runs
from alerts.silence.detector import SilenceChange, SilenceDetector
from core.coverage import OUTAGE, SILENCE
from harken.pipeline.notify import Notifier
from store.crawl import gaps, runs, silences, sources
from store.crawl.runs import EndedRun
from store.crawl.silences import SilenceRow
from store.crawl.sources import SourceRecord
from store.database import Database

log = structlog.get_logger()


def watch_silences(database: Database, notifier: Notifier, *, now: datetime) -> int:
    """Update the state of each source at *now*. Return the number of silent sources."""
    with database.read() as tx:
        active_sources = sources.active(tx)
        rows = silences.all_rows(tx)
        new_runs = runs.ended_after(tx, _starts(active_sources, rows))
    for source in active_sources:
        if source.slug in new_runs:
            row, source_runs = rows.get(source.slug), new_runs[source.slug]
            _watch_source(database, notifier, source, row, source_runs, now)
    _store_outages(database, now)
    with database.read() as tx:
        return len(silences.silent_sources(tx).keys() & {s.slug for s in active_sources})


def _starts(
    active_sources: Sequence[SourceRecord], rows: Mapping[str, SilenceRow]
) -> dict[str, datetime]:
    """Return the time from which on the runs of each source are new.

    A source begins once its first crawl through the past has ended: that brought posts of weeks.
    """
    starts = {s.slug: s.backfilled for s in active_sources if s.backfilled is not None}
    return starts | {slug: rows[slug].learnt_to for slug in starts if slug in rows}


def _watch_source(
    database: Database,
    notifier: Notifier,
    source: SourceRecord,
    former: SilenceRow | None,
    source_runs: Sequence[EndedRun],
    now: datetime,
) -> None:
    detector = _detector(source, former)
    limit = LATE_INTERVALS * timedelta(seconds=source.interval_s) + CRAWL_MARGIN
    changes = add_runs(detector, source_runs, max_interval=limit)
    is_silent = detector.silent_since is not None
    row = SilenceRow(
        source=source.slug,
        learnt_to=source_runs[-1].started,
        silent_since=detector.silent_since,
        expected=detector.wait.expected if is_silent else None,
        state=state_json.to_json(detector),
    )
    with database.write() as tx:
        if silences.get(tx, source.slug) != former:
            return  # another process was faster
        silences.save(tx, row)
        for change in changes:
            _store_gap(tx, source.slug, change)
        for change in _news(changes):
            notifier.enqueue_silence(tx, source.slug, change, now=now)
            log.info("source.silence", source=source.slug, is_silent=change.is_silent)


def _detector(source: SourceRecord, row: SilenceRow | None) -> SilenceDetector:
    if row is not None:
        return state_json.from_json(row.state)
    assert source.backfilled is not None  # else it has no start
    return SilenceDetector(last_crawl=source.backfilled)


def _store_gap(tx: Connection, slug: str, change: SilenceChange) -> None:
    if change.is_silent:
        gaps.open_gap(tx, slug, since=change.since, reason=SILENCE)
    else:
        gaps.close_gaps(tx, slug, reason=SILENCE, until=change.at, caught_up=False)


def _news(changes: Sequence[SilenceChange]) -> list[SilenceChange]:
    """Return *changes* without silences that began and ended before anybody could be told."""
    pairs = {c.since for c in changes if c.is_silent} & {
        c.since for c in changes if not c.is_silent
    }
    return [change for change in changes if change.since not in pairs]


def _store_outages(database: Database, now: datetime) -> None:
    """Open a gap for each source that worked and is not crawled now; end those of all others.

    A source that is crawled again has listed the posts of the gap, unless the crawl stored an
    overrun in the place of the gap.
    """
    with database.read() as tx:
        active_sources = sources.active(tx)
        problems = source_problems(tx, active_sources, now=now)
        open_slugs = gaps.open_gaps(tx, OUTAGE)
    worked = {s.slug: s.last_ok for s in active_sources if s.last_ok is not None}
    down_slugs = {slug for slug, p in problems.items() if p.expected is None and slug in worked}
    if down_slugs == open_slugs:
        return
    with database.write() as tx:
        for slug in sorted(down_slugs - open_slugs):
            gaps.open_gap(tx, slug, since=worked[slug], reason=OUTAGE)
        for slug in sorted(open_slugs - down_slugs):
            until = worked.get(slug, now)
            gaps.close_gaps(tx, slug, reason=OUTAGE, until=until, caught_up=True)
