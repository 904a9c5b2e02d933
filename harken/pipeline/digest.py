"""The digest step: each subscription's local day once, sent late rather than never."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.messages.digest_days import due_at, due_days, local_day
from alerts.messages.digest_facts import Edition
from core.errors import ConfigError
from core.watch import Watch
from harken.pipeline.notify import Correspondence
from store import watches
from store.alerts import observations as heard
from store.alerts import outbox, people
from store.alerts.people import Subscription
from store.analysis import queue
from store.crawl import sources
from store.database import Record

DAWN: Final = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE: Final = timedelta(minutes=30)  # a digest waits so long for the sources or the scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the first hearing has got."""

    begun: datetime  # when the first source was listed or answered
    learnt: bool  # every watch has a baseline: somebody has looked for incidents
    under_way: bool  # a source walks through its past, or mentions wait to be scored

    def is_over(self, due: datetime, now: datetime) -> bool:
        """Whether it has ended, or the reader's hour *due* came first: silence would seem calm.

        A first hearing that began after that hour is waited for.
        """
        patience = PATIENCE if self.under_way else timedelta()
        return self.learnt or self.begun <= due <= now - patience


def digest(record: Record, letters: Correspondence, *, date: str | None, now: datetime) -> int:
    """Write the digests that are due, or those of the local day *date*; returns how many."""
    asked = _date(date) if date else None
    with record.read() as tx:
        editions = _owed(tx, asked, now)
    written = 0
    for edition in editions:
        with record.write() as tx:
            written += letters.digest(tx, edition, now=now)
    return written


def _owed(tx: Connection, asked: dt.date | None, now: datetime) -> list[Edition]:
    listened = watches.active_watches(tx)
    topics = tuple(watches.active_topics(tx))
    progress = _progress(tx, listened)
    editions = []
    for subscription in people.active_subscriptions(tx, "digest"):
        for watch in _led(listened, subscription):
            days = (
                [_over(asked, subscription, now)]
                if asked
                else _due(tx, subscription, progress, now)
            )
            rivals = tuple(w for w in listened if w.slug != watch.slug)
            editions += [
                Edition(
                    subscription=subscription, watch=watch, rivals=rivals, topics=topics, day=day
                )
                for day in days
            ]
    return editions


def _over(day: dt.date, subscription: Subscription, now: datetime) -> dt.date:
    """*day*, which has to be over: a digest of half a day would stand for the whole of it."""
    if now < local_day(day, subscription.zone).end:
        raise ConfigError(f"--date: {day} is not over in {subscription.zone}; use a past day.")
    return day


def _due(
    tx: Connection, subscription: Subscription, progress: Progress, now: datetime
) -> list[dt.date]:
    last = outbox.last_day(tx, subscription.slug)
    at, zone = time.fromisoformat(subscription.at), subscription.zone
    return [
        day
        for day in due_days(now, zone, at, last)
        if progress.is_over(due_at(day, zone, at), now)
        and _is_scored(tx, local_day(day, zone).end, now)
    ]


def _led(listened: list[Watch], subscription: Subscription) -> list[Watch]:
    """The watch that leads a subscription's digest: the first it names, else the first brand."""
    wanted = [w for w in listened if w.slug in subscription.watches] or listened
    return sorted(wanted, key=lambda w: w.kind != "brand")[:1]


def _progress(tx: Connection, listened: Sequence[Watch]) -> Progress:
    listed = sources.active(tx)
    walking = any(s.backfilled is None and not s.failures for s in listed)
    waiting, _ = queue.backlog(tx)
    return Progress(
        begun=min((s.first_ok or s.since for s in listed), default=DAWN),
        learnt=all(heard.baseline(tx, w.slug) for w in listened),
        under_way=walking or waiting > 0,
    )


def _is_scored(tx: Connection, until: datetime, now: datetime) -> bool:
    """Whether nothing published before *until* waits for the scorer, or has waited for too long."""
    oldest = heard.unscored_since(tx, until=until)
    return oldest is None or now - oldest > PATIENCE


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"--date: {text!r} is not a date. Use YYYY-MM-DD, e.g. 2026-11-21."
        ) from None
