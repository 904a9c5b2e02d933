"""The digest step: each subscription's local day once, sent late rather than never."""

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
from store.alerts import observations as stored_observations
from store.alerts import outbox, people
from store.alerts.people import Subscription
from store.analysis import queue
from store.crawl import sources
from store.database import Database

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MAX_WAIT: Final = timedelta(minutes=30)  # a digest waits so long for the sources or the scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillProgress:
    """How far the first hearing has got."""

    started_at: datetime  # when the first source was listed or answered
    has_baselines: bool  # every watch has a baseline: somebody has looked for incidents
    is_running: bool  # a source walks through its past, or mentions wait to be scored

    def is_over(self, due: datetime, now: datetime) -> bool:
        """Whether it has ended, or the reader's hour *due* came first: silence would seem calm.

        A first hearing that began after that hour is waited for.
        """
        max_wait = MAX_WAIT if self.is_running else timedelta()
        return self.has_baselines or self.started_at <= due <= now - max_wait


def enqueue_due_digests(
    database: Database, notifier: Notifier, *, date: str | None, now: datetime
) -> int:
    """Write the digests that are due, or those of the local day *date*; returns how many."""
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
    """*day*, which has to be over: a digest of half a day would stand for the whole of it."""
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
    """The watch that leads a subscription's digest: the first it names, else the first brand."""
    candidates = [w for w in all_watches if w.slug in subscription.watches] or all_watches
    return sorted(candidates, key=lambda w: w.kind != "brand")[:1]


def _backfill_progress(tx: Connection, all_watches: Sequence[Watch]) -> BackfillProgress:
    active_sources = sources.active(tx)
    is_backfilling = any(s.backfilled is None and not s.failures for s in active_sources)
    backlog_size, _ = queue.backlog(tx)
    return BackfillProgress(
        started_at=min((s.first_ok or s.since for s in active_sources), default=EPOCH),
        has_baselines=all(stored_observations.baseline(tx, w.slug) for w in all_watches),
        is_running=is_backfilling or backlog_size > 0,
    )


def _is_scored(tx: Connection, until: datetime, now: datetime) -> bool:
    """Whether nothing published before *until* waits for the scorer, or has waited for too long."""
    oldest = stored_observations.unscored_since(tx, until=until)
    return oldest is None or now - oldest > MAX_WAIT


def _parse_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"--date: {text!r} is not a date. Use YYYY-MM-DD, e.g. 2026-11-21."
        ) from None
