"""The digest step: each subscription's local day once, sent late rather than never."""

import datetime as dt
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.daybook import Edition
from alerts.days import due_days, local_day
from core.errors import ConfigError
from core.watch import Watch
from harken.correspondence import Correspondence
from store import analysis, outbox, people, watches
from store import utterances as heard
from store.people import Subscription
from store.record import Record

PATIENCE: Final = timedelta(minutes=30)  # a digest waits so long for a back-fill or the scorer


def digest(record: Record, letters: Correspondence, *, date: str | None, now: datetime) -> int:
    """Write the digests that are due, or those of the local day *date*; returns how many."""
    asked = _date(date) if date else None
    with record.read() as tx:
        if asked is None and not _is_settled(tx, now):
            return 0
        editions = _owed(tx, asked, now)
    written = 0
    for edition in editions:
        with record.write() as tx:
            written += letters.digest(tx, edition, now=now)
    return written


def _owed(tx: Connection, asked: dt.date | None, now: datetime) -> list[Edition]:
    listened = watches.active_watches(tx)
    topics = tuple(watches.active_topics(tx))
    editions = []
    for subscription in people.active_subscriptions(tx, "digest"):
        for watch in _led(listened, subscription):
            days = [_over(asked, subscription, now)] if asked else _due(tx, subscription, now)
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
        raise ConfigError(f"--date: {day} is not over in {subscription.zone}; ask for a past day.")
    return day


def _due(tx: Connection, subscription: Subscription, now: datetime) -> list[dt.date]:
    last = outbox.last_day(tx, subscription.slug)
    at = time.fromisoformat(subscription.at)
    return list(due_days(now, subscription.zone, at, last))


def _led(listened: list[Watch], subscription: Subscription) -> list[Watch]:
    """The watch that leads a subscription's digest: the first it names, else the first brand."""
    wanted = [w for w in listened if w.slug in subscription.watches] or listened
    return sorted(wanted, key=lambda w: w.kind != "brand")[:1]


def _is_settled(tx: Connection, now: datetime) -> bool:
    """Whether what there is to hear was heard and scored, or waiting has lost its sense."""
    listened = watches.active_watches(tx)
    if not all(heard.baseline(tx, w.slug) for w in listened):
        return False  # nobody has looked for incidents yet
    waiting, oldest = analysis.backlog(tx)
    return not waiting or (oldest is not None and now - oldest > PATIENCE)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--date: {text!r} is no day; write it as 2026-11-21.") from None
