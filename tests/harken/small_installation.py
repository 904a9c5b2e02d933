"""Small installation: 28 days of mentions of one brand and a crisis in the last two hours."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from config.settings import Settings
from core.analysis import AnalysisResult, PublishedFigure
from core.crawl import CrawledPost
from core.identity import text_sha256
from core.observation import Observation
from core.watch import Topic
from harken.pipeline.notify import Notifier
from store import watches
from store.alerts import people
from store.alerts.people import Person, Subscription
from store.analysis.verdicts import save_results
from store.crawl import runs, sources
from store.crawl.pages import record_page
from store.database import Database
from tests.alerts.simulation import DAYS, TOPICS, WATCH, Corpus
from tests.store import factories

NOW = datetime(2026, 5, 6, 15, 2, tzinfo=UTC)  # a Wednesday, 17:02 in Berlin
HOUR = timedelta(hours=1)
ONSET = NOW - 3 * HOUR
BEFORE = NOW - 5 * HOUR
RIVAL = factories.watch("rival", "rival", topics=TOPICS, kind="competitor")
PEOPLE = [
    Person(slug="lead", name="Lead", email="lead@veloria.example"),
    Person(slug="care", name="Care", email="care@veloria.example"),
    Person(slug="spy", name="Spy", email="spy@veloria.example"),
    Person(slug="mute", name="Mute", email=None),
]


def subscription(slug: str, person: str, kind: str = "brief", *watches: str) -> Subscription:
    """Return a subscription to emails; digests come at 07:30 in Berlin."""
    return Subscription(
        slug=slug,
        person=person,
        kind=kind,
        channel="email",
        at="07:30",
        zone="Europe/Berlin",
        watches=watches,
    )


SUBSCRIPTIONS = [
    subscription("all", "lead"),
    subscription("own", "care", "brief", "veloria"),
    subscription("rivals", "spy", "brief", "rival"),
    subscription("unaddressed", "mute"),
    subscription("morning", "lead", "digest"),
]
READERS = {"lead@veloria.example", "care@veloria.example", "operator@localhost"}


def fill_database(record: Database, mentions_per_day: float = 25.0) -> None:
    """Fill the empty *record* with mentions of 28 days and a crisis.

    All of them are crawled and scored at once; the first crawl ended at BEFORE.
    """
    corpus = Corpus(now=NOW, random=Random(7))
    corpus.add_background(mentions_per_day=mentions_per_day)
    corpus.crisis(ONSET, 2 * HOUR)
    with record.write() as tx:
        topics = [Topic(id=t, name=t.title(), sentences=(t,)) for t in TOPICS]
        watches.replace_from_file(tx, [WATCH, RIVAL], topics)
        people.replace_from_file(tx, PEOPLE, SUBSCRIPTIONS)
        factories.add_sources(tx, "blog", at=BEFORE - timedelta(days=DAYS))
        _store_observations(tx, [u for u in corpus.observations if u.at < BEFORE], BEFORE)
        runs.finish(
            tx, "run-blog", state="ok", reason=None, run_totals=runs.RunTotals(), now=BEFORE
        )
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=BEFORE)
        for u in corpus.observations:
            if u.at >= BEFORE:
                _store_observations(tx, [u], u.at)
    record_crawl(record, NOW)


def record_crawl(record: Database, at: datetime) -> None:
    """Store a successful crawl of the only source at *at*."""
    with record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=at)


def notifier(quality: PublishedFigure | None = None, **fields: object) -> Notifier:
    """Return the notifier of an installation without a mail server; its model has *quality*."""
    return Notifier(Settings(state=Path("unused"), **fields), lambda _: quality)


def _store_observations(tx: Connection, rows: Sequence[Observation], at: datetime) -> None:
    page = factories.page(*map(_crawled_post, rows), cursor={"backfilled": True})
    record_page(tx, page, now=at)
    save_results(tx, list(map(_analysis_result, rows)), now=at)


def _crawled_post(u: Observation) -> CrawledPost:
    text = f"Veloria: {u.id} speaks of {' '.join(u.topics)}"
    matches = {"veloria": WATCH.revision}
    return factories.crawled_post(
        u.id, text, published=u.at, voice=u.voice, family=u.family, matches=matches
    )


def _analysis_result(u: Observation) -> AnalysisResult:
    text = f"Veloria: {u.id} speaks of {' '.join(u.topics)}"
    if u.negative is None:
        no_verdict = factories.verdict(
            text, sentiment=None, probabilities={}, polarity=None, topics=()
        )
        return factories.analysis_result(
            u.id,
            text,
            analysis="unscored",
            reason="language:de",
            language="de",
            verdicts=(no_verdict,),
        )
    verdict = factories.verdict(text, sentiment=u.sentiment, topics=u.topics)
    assert verdict.text_sha256 == text_sha256(text)
    return factories.analysis_result(u.id, text, verdicts=(verdict,))
