"""A small installation: a month of mentions, a crisis, emails and running processes."""

from dataclasses import replace
from datetime import datetime, timedelta

from fastapi.testclient import TestClient
from sqlalchemy import update

from alerts.messages.mime import to_mime
from console.app import create_app
from console.context import AppContext
from core.analysis import AnalysisResult
from core.crawl import CrawledPost
from core.identity import text_sha256
from core.mention import Sentiment
from core.watch import Topic
from indexer.change import build_change
from indexer.index import MentionIndex
from store import changes, mentions, processes, tables, watches
from store.alerts import incidents, outbox, people
from store.analysis.verdicts import save_results
from store.database import Database
from store.processes import ProcessStatus
from tests.alerts.example_emails import email
from tests.store import factories

NOW = factories.NOON
HOUR = timedelta(hours=1)
BASE = "http://harken.example"
CONSUMER = "memory"
HOSTILE = (
    "<script>alert('brake')</script> acme",
    '"><img src=x onerror=alert(1)> acme {{7*7}} ${7*7}',
    "acme \u202eevil\u202c \x1b[31mred\x1b[0m \x00 brake",
    "javascript:alert(1) acme </textarea><svg onload=alert(1)>",
    "brake " + "x" * 3000 + " acme",
    "acme " + "long " * 3000,
)
TEXTS = (
    ("The acme brake is loud, number {n}", Sentiment.NEGATIVE),
    ("My acme came on time, order {n}", Sentiment.POSITIVE),
    ("Is acme model {n} any good?", Sentiment.NEUTRAL),
)
COPIES = 6  # of one text
DELETED, EDITED, UNSCORED = "deleted", "edited", "unscored"


def fill_database(record: Database) -> None:
    """Fill the empty *record* with the month before NOW."""
    with record.write() as tx:
        watches.replace_from_file(
            tx,
            [factories.watch(), factories.watch("rival", "rival")],
            [Topic(id="safety", name="Safety & brakes", sentences=("It is safe.",))],
        )
        people.replace_from_file(tx, [], [])
        factories.add_sources(tx, "blog", "forum", at=NOW - timedelta(days=29))
    _store_mentions(record, list(mention_rows()))
    with record.write() as tx:
        deletion = update(tables.mentions).where(tables.mentions.c.id == factories.key(DELETED))
        tx.execute(deletion.values(state="deleted", text=""))
        changes.append_changes(tx, [factories.key(DELETED)])
        number = incidents.add(tx, _crisis(), detector_json={"opened": "then"})
        open_incident = replace(_crisis(), id=number)
        incidents.add_event(tx, open_incident, reason="opened", facts={}, now=NOW - HOUR)
        incidents.add(
            tx, factories.incident(kind="sour", state="resolved", resolved=NOW), detector_json={}
        )
        store_emails(tx)
        for name in ("analyse", "index", "run"):
            processes.beat(tx, _process(name))


def mention_rows():
    """Yield (name, text, published, sentiment) of every mention; sentiment None: not scored."""
    for n in range(60):
        text, tone = TEXTS[n % 3]
        yield f"day{n}", text.format(n=n), NOW - n * 11 * HOUR - HOUR / 7, tone
    for n in range(COPIES):
        at = NOW - HOUR * (1 + 20 * n)
        yield f"copy{n}", "Win a free acme bike, click now", at, Sentiment.NEUTRAL
    for n, text in enumerate(HOSTILE):
        yield f"hostile{n}", text, NOW - HOUR * (n + 2) / 3, Sentiment.NEGATIVE
    yield DELETED, "I take that back about acme", NOW - 2 * HOUR, Sentiment.NEGATIVE
    yield UNSCORED, "acme の自転車", NOW - 3 * HOUR, None


def crisis_mentions():
    """Return the names of the mentions that are evidence of the crisis."""
    return [f"hostile{n}" for n in range(len(HOSTILE))]


def store_emails(tx) -> None:
    """Store a sent brief and a queued digest."""
    brief = replace(email(), date=NOW)
    messages = [
        factories.outbox_message(
            "brief-1", channel="email", eml=to_mime(brief), subject=brief.subject
        ),
        factories.outbox_message(
            "digest-1", kind="digest", eml=to_mime(replace(brief, kind="digest"))
        ),
    ]
    outbox.enqueue(tx, messages, now=NOW - HOUR)
    outbox.mark_sent(tx, 1, now=NOW - HOUR / 2)
    outbox.reschedule(tx, 2, due=NOW + HOUR, reason="451 try again <later>")


def fill_index(record: Database, index: MentionIndex) -> MentionIndex:
    """Apply the change feed to *index* and return it."""
    with record.write() as tx:
        feed = changes.read_after(tx, changes.offset(tx, CONSUMER), 10_000)
        by_id = {m.id: m for m in mentions.get(tx, [i for _, i in feed])}
        index.apply([build_change(number, by_id[i]) for number, i in feed])
        index.refresh()
        changes.commit_offset(tx, CONSUMER, feed[-1][0], now=NOW)
    return index


def make_context(record: Database, index: MentionIndex, now: datetime = NOW) -> AppContext:
    """Return the context of the console at *now*."""
    return AppContext(
        database=record,
        index=index,
        engine="memory",
        consumer=CONSUMER,
        now=lambda: now,
        base_url=BASE,
        zone="Europe/Berlin",
        quality=lambda _: None,
    )


def make_client(context: AppContext) -> TestClient:
    """Return a client like a local browser that follows no redirect and raises no server error."""
    return TestClient(
        create_app(context),
        base_url="http://127.0.0.1:8642",
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def _store_mentions(record: Database, rows) -> None:
    for source in ("blog", "forum"):
        posts = [
            _crawled_post(*row[:3])
            for row in rows
            if row[0].startswith("copy") == (source != "blog")
        ]
        factories.store_page(record, *posts, at=NOW, source=source)
    with record.write() as tx:
        save_results(tx, [_analysis_result(*row) for row in rows], now=NOW)


def _crawled_post(name: str, text: str, at: datetime) -> CrawledPost:
    family, voice = text_sha256(text)[:32], factories.key(f"voice {name}")
    engagement = {"likes": 1_900, "replies": 0, "odd": 7} if name == "day0" else {}
    return factories.crawled_post(
        name, text, published=at, voice=voice, family=family, engagement=engagement
    )


def _analysis_result(name: str, text: str, at: datetime, tone: Sentiment | None) -> AnalysisResult:
    if tone is not None:
        return factories.analysis_result(
            name, text, verdicts=(factories.verdict(text, sentiment=tone),)
        )
    no_verdict = factories.verdict(text, sentiment=None, probabilities={}, polarity=None, topics=())
    return factories.analysis_result(
        name, text, verdicts=(no_verdict,), language="ja", analysis="unscored", reason="language"
    )


def _crisis():
    ids = tuple(factories.key(name) for name in crisis_mentions())
    return factories.incident(
        topic="safety",
        onset=NOW - 3 * HOUR,
        detected=NOW - HOUR,
        updated=NOW - HOUR,
        mentions=ids,
        spike={"window_s": 3600},
    )


def _process(name: str) -> ProcessStatus:
    return ProcessStatus(
        name=name, pid=7, host="here", started=NOW - HOUR, beat=NOW, state="working", reason=None
    )
