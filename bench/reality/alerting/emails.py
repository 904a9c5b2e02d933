"""Emails of a case: crawls, detection and digests on a database, then what a reader gets."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from alerts.channel import Notification
from alerts.messages.mime import from_mime
from bench.reality.alerting.answers import Case
from bench.reality.alerting.clock import at_hour, hours_at, moments, pauses, step
from bench.reality.alerting.draws import DrawnMention, draw_mentions
from bench.reality.alerting.installation import Installation, NumberedMention
from bench.reality.product import product_calls
from store.alerts import incidents, outbox

EVERY_MIN: Final = 20
MOST_EMAILS: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One email as its reader gets it.

    Attributes:
        at_h: the hour in which it was written.
        kind: brief (an alert) or digest.
    """

    at_h: float
    kind: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The emails of a case beside what they report on.

    Attributes:
        emails: oldest first.
        open_incidents: the ids of the incidents that are not over.
        mentions: all that the sources published, whether they were stored or not.
    """

    emails: Sequence[Email]
    open_incidents: Sequence[int]
    mentions: Sequence[DrawnMention]

    def of_kind(self, kind: str) -> list[Email]:
        """Return the briefs or the digests, oldest first."""
        return [email for email in self.emails if email.kind == kind]


def run(case: Case, folder: Path) -> Outbox:
    """Run *case* on a database in *folder*.

    Raises:
        ProductError: the product raised an exception.
    """
    mentions = draw_mentions(case)
    installation = Installation(folder, case)
    with closing(installation), _silent_logs():
        _run(installation, case, list(enumerate(mentions)))
        return _outbox(installation, mentions)


def _run(installation: Installation, case: Case, mentions: list[NumberedMention]) -> None:
    start = at_hour(case["look"]["from_h"])
    history = [mention for mention in mentions if _crawled_at(mention) < start]
    queue = sorted(mentions, key=_crawled_at)[len(history) :]
    installation.backfill(history, start - timedelta(minutes=1))
    every, unlist_h = step(case, EVERY_MIN), case.get("unlisted_at_h")
    for now in moments(case, every):
        if _is_first_look(case, now, every):
            # After a start the first look comes before the first crawl.
            installation.detect(now - timedelta(seconds=1))
        due = [mention for mention in queue if _crawled_at(mention) <= now]
        queue = queue[len(due) :]
        installation.store(due, now)
        installation.end_crawls(now)
        if unlist_h is not None and now >= at_hour(unlist_h):
            installation.unlist_brands()
            unlist_h = None
        installation.detect(now)
        if case.get("digests"):
            installation.digest(now)


def _is_first_look(case: Case, now: datetime, every: timedelta) -> bool:
    return any(now - every < pause.end <= now for pause in pauses(case))


def _outbox(installation: Installation, mentions: Sequence[DrawnMention]) -> Outbox:
    with product_calls(), installation.record.read() as tx:
        rows = outbox.recent(tx, limit=MOST_EMAILS)
        letters = [(row.created, from_mime(row.eml)) for row in reversed(rows)]
        open_ids = [i.id for i in incidents.all_incidents(tx) if i.resolved is None]
    emails = [_email(hours_at(created), letter) for created, letter in letters]
    return Outbox(emails=emails, open_incidents=open_ids, mentions=mentions)


def _email(at_h: float, letter: Notification) -> Email:
    return Email(at_h=at_h, kind=letter.kind, subject=letter.subject, text=letter.text)


def _crawled_at(numbered: NumberedMention) -> datetime:
    return at_hour(numbered[1].crawled_h)


@contextmanager
def _silent_logs() -> Iterator[None]:
    """Drop the log lines of the steps for a while."""
    settings = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**settings)
