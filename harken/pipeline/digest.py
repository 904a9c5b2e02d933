"""Digest step: enqueue one digest for each subscription and local day, late rather than never.

A killed step is repeated: a key makes each digest unique.

1. Choose the watch that leads the digest of each subscription.
2. Find its local days that are over and due after its last digest, or take the given day.
3. Unless a day is given, wait for the first back-fill and for the scorer, at most `MAX_WAIT`.
4. Compose each digest and put it into the outbox, in a transaction of its own.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.messages.digest_days import due_at, due_days, local_day
from alerts.messages.digest_facts import DigestJob
from core.errors import ConfigError
from core.watch import Watch
from harken.pipeline.notify import Notifier
from store import watches
from store.alerts import baselines, outbox, people
from store.alerts import observations as stored_observations
from store.alerts.people import Subscription
from store.analysis import queue
from store.crawl import sources
from store.database import Database

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MAX_WAIT: Final = timedelta(minutes=30)  # of a digest for the sources or the scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillProgress:
    """Progress of the first back-fill."""

    started_at: datetime  # when the first source was configured or answered
    has_baselines: bool  # of every watch: detection has run
    is_running: bool  # a source back-fills, or mentions wait for the scorer

    def is_over(self, due: datetime, now: datetime) -> bool:
        """Return True if a digest that is due at *due* need not wait for the back-fill at *now*.

        It waits until detection has run. If the back-fill began before *due*, it waits only while
        the back-fill runs, and at most ``MAX_WAIT``: a missing digest looks like a calm day.
        """
        max_wait = MAX_WAIT if self.is_running else timedelta()
        return self.has_baselines or self.started_at <= due <= now - max_wait


def enqueue_due_digests(
    database: Database, notifier: Notifier, *, date: str | None, now: datetime
) -> int:
    """Enqueue the digests that are due, or those of the local day *date*. Return their number.

    Raises:
        ConfigError: *date* is not a date, or the day is not over in the zone of a subscription.
    """
    only_day = _parse_day(date) if date else None
    with database.read() as tx:
        jobs = _digest_jobs(tx, only_day, now)
    count = 0
    for job in jobs:
        with database.write() as tx:
            count += notifier.enqueue_digest(tx, job, now=now)
    return count


def _digest_jobs(tx: Connection, only_day: dt.date | None, now: datetime) -> list[DigestJob]:
    all_watches = watches.active_watches(tx)
    topics = tuple(watches.active_topics(tx))
    progress = _backfill_progress(tx, all_watches)
    jobs = []
    for subscription in people.active_subscriptions(tx, "digest"):
        for watch in _leading_watches(all_watches, subscription):
            days = (
                [_past_day(only_day, subscription, now)]
                if only_day
                else _days_to_send(tx, subscription, progress, now)
            )
            rivals = tuple(w for w in all_watches if w.slug != watch.slug)
            jobs += [
                DigestJob(
                    subscription=subscription, watch=watch, rivals=rivals, topics=topics, day=day
                )
                for day in days
            ]
    return jobs


def _past_day(day: dt.date, subscription: Subscription, now: datetime) -> dt.date:
    """Return *day* if it is over: a digest of half a day would pass for one of a whole day."""
    if now < local_day(day, subscription.zone).end:
        raise ConfigError(f"--date: {day} is not over in {subscription.zone}; use a past day.")
    return day


def _days_to_send(
    tx: Connection, subscription: Subscription, progress: BackfillProgress, now: datetime
) -> list[dt.date]:
    last = outbox.last_day(tx, subscription.slug)
    at, zone = time.fromisoformat(subscription.at), subscription.zone
    return [
        day
        for day in due_days(now, zone, at, last)
        if progress.is_over(due_at(day, zone, at), now)
        and _is_scored(tx, local_day(day, zone).end, now)
    ]


def _leading_watches(all_watches: list[Watch], subscription: Subscription) -> list[Watch]:
    """Return the watch that leads a digest: of the subscription, else of all; a brand if any."""
    candidates = [w for w in all_watches if w.slug in subscription.watches] or all_watches
    return sorted(candidates, key=lambda w: w.kind != "brand")[:1]


def _backfill_progress(tx: Connection, all_watches: Sequence[Watch]) -> BackfillProgress:
    active_sources = sources.active(tx)
    is_backfilling = any(s.backfilled is None and not s.failures for s in active_sources)
    backlog_size, _ = queue.backlog(tx)
    return BackfillProgress(
        started_at=min((s.first_ok or s.since for s in active_sources), default=EPOCH),
        has_baselines=all(baselines.baseline(tx, w.slug) for w in all_watches),
        is_running=is_backfilling or backlog_size > 0,
    )


def _is_scored(tx: Connection, until: datetime, now: datetime) -> bool:
    """Return True if no mention before *until* is unscored, or one has waited ``MAX_WAIT``."""
    oldest = stored_observations.unscored_since(tx, until=until)
    return oldest is None or now - oldest > MAX_WAIT


def _parse_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"--date: {text!r} is not a date. Use YYYY-MM-DD, e.g. 2026-11-21."
        ) from None
