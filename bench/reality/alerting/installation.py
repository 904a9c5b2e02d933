"""An installation on a SQLite file of its own, to which a case brings what crawlers would."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import update

from bench.reality.alerting.answers import Case
from bench.reality.alerting.brand import BRAND, ZONE
from bench.reality.alerting.clock import START, at_hour
from bench.reality.alerting.draws import SOURCES, TOPICS, DrawnMention
from bench.reality.alerting.posts import classification, crawled_post
from bench.reality.product import product_calls
from config.settings import ConsoleSettings, Settings
from core.crawl import CrawledPage
from core.watch import Topic, Watch
from harken.pipeline.detect import detect_all
from harken.pipeline.digest import enqueue_due_digests
from harken.pipeline.notify import Notifier
from nlp.encoder.published_quality import published_figure
from store import tables, watches
from store.alerts import people
from store.alerts.people import Person, Subscription
from store.analysis.verdicts import save_results
from store.crawl import runs, sources
from store.crawl.pages import record_page
from store.database import Database

PAGE_SIZE: Final = 500
INTERVAL_S: Final = 900
LISTED_AT: Final = START - timedelta(days=29)
READER: Final = Person(slug="lead", name="Lead", email="lead@veloria.example")
CONSOLE: Final = ConsoleSettings(base_url="https://harken.veloria.example")
PLAIN_TOPICS: Final = [Topic(id=t, name=t.title(), sentences=(t,)) for t in TOPICS]

NumberedMention = tuple[int, DrawnMention]
"""A mention and its number in the case, from which its address follows."""


class Installation:
    """The product's database and its steps; every method may raise ProductError."""

    def __init__(self, folder: Path, case: Case) -> None:
        self._brands = _brands(case)
        self._gaps = case.get("lost", ())
        self._letters = Notifier(Settings(state=folder, console=CONSOLE), published_figure)
        with product_calls():
            self.record = Database(f"sqlite:///{folder / 'record.db'}")
            self.record.setup()
            self._seed(_subscriptions(case))

    def _seed(self, subscriptions: Sequence[Subscription]) -> None:
        rows: list[tuple[str, str, Mapping[str, Any], int]] = [
            (slug, "feed", {}, INTERVAL_S) for slug in SOURCES
        ]
        with self.record.write() as tx:
            watches.replace_from_file(tx, self._brands, PLAIN_TOPICS)
            people.replace_from_file(tx, [READER], subscriptions)
            sources.replace_from_file(tx, rows, now=LISTED_AT)
            for slug in SOURCES:
                runs.start(tx, _run(slug), slug, now=LISTED_AT)

    def backfill(self, mentions: Sequence[NumberedMention], now: datetime) -> None:
        """Store the history and end the first crawl of every source at *now*."""
        self.store(mentions, now)
        with product_calls(), self.record.write() as tx:
            for slug in SOURCES:
                runs.finish(
                    tx, _run(slug), state="ok", reason=None, run_totals=runs.RunTotals(), now=now
                )
        self.end_crawls(now)
        # A source without any mention, or out of reach, would hold detection up for ever.
        with product_calls(), self.record.write() as tx:
            tx.execute(update(tables.sources).values(backfilled=now))

    def store(self, mentions: Sequence[NumberedMention], now: datetime) -> None:
        """Store *mentions* as crawled and classified at *now*, page by page of each source."""
        for source in SOURCES:
            queue = [(number, mention) for number, mention in mentions if mention.source == source]
            for first in range(0, len(queue), PAGE_SIZE):
                self._store_page(source, queue[first : first + PAGE_SIZE], now)

    def _store_page(self, source: str, mentions: Sequence[NumberedMention], now: datetime) -> None:
        slugs = [brand.slug for brand in self._brands]
        page = CrawledPage(
            source=source,
            run=_run(source),
            posts=tuple(crawled_post(n, m, slugs, BRAND.revision) for n, m in mentions),
            cursor={"backfilled": True},
        )
        results = [classification(n, m) for n, m in mentions]
        with product_calls(), self.record.write() as tx:
            record_page(tx, page, now=now)
            save_results(tx, results, now=now)

    def end_crawls(self, now: datetime) -> None:
        """Note for every source that its crawl at *now* worked, or that it was out of reach."""
        with product_calls(), self.record.write() as tx:
            for slug in SOURCES:
                is_down = any(gap["source"] == slug and _holds(gap, now) for gap in self._gaps)
                state, reason = ("failed", "time-out") if is_down else ("ok", None)
                sources.record_outcome(tx, slug, state=state, reason=reason, now=now)

    def detect(self, now: datetime) -> None:
        """Run the step that raises incidents and writes their emails."""
        with product_calls():
            detect_all(self.record, self._letters, now=now)

    def digest(self, now: datetime) -> None:
        """Run the step that writes the digests that are due."""
        with product_calls():
            enqueue_due_digests(self.record, self._letters, date=None, now=now)

    def unlist_brands(self) -> None:
        """Put another watch in the place of all that the settings listed."""
        other = replace(self._brands[0], slug="other", query="other")
        with product_calls(), self.record.write() as tx:
            watches.replace_from_file(tx, [other], watches.active_topics(tx))

    def close(self) -> None:
        """Close the database."""
        self.record.close()


def _brands(case: Case) -> list[Watch]:
    slugs = case.get("watches", [BRAND.slug])
    return [replace(BRAND, slug=slug, name=slug.title(), query=slug) for slug in slugs]


def _subscriptions(case: Case) -> list[Subscription]:
    """Return the reader's subscriptions: the alerts of all watches, and one digest a day."""
    pager = Subscription(
        slug="pager",
        person=READER.slug,
        kind="brief",
        channel="email",
        at="07:30",
        zone=case.get("zone", ZONE),
        watches=(),
    )
    digests = tuple(case.get("digest_watches", ()))
    return [pager, replace(pager, slug="morning", kind="digest", watches=digests)]


def _run(source: str) -> str:
    return f"run-{source}"


def _holds(gap: Case, now: datetime) -> bool:
    return at_hour(gap["from_h"]) <= now < at_hour(gap["to_h"])
