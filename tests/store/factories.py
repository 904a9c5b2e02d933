"""Factories of values for the store, with defaults for every field."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from core.analysis import AnalysisResult
from core.crawl import CrawledPage, CrawledPost, DroppedPost, Post
from core.identity import mention_id, text_sha256
from core.incident import Incident, IncidentKind, IncidentState
from core.mention import AnalysisState, MentionState, Sentiment, Verdict
from core.watch import Watch
from store import watches
from store.alerts.outbox import OutboxMessage
from store.crawl import runs, sources
from store.crawl.pages import PageCounts, record_page
from store.database import Database
from store.tables import mentions

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOLD = timedelta(minutes=1)
MODEL = "lexicon"


def uri(name: str) -> str:
    """Return the URI of the post called *name*."""
    return f"https://blog.example/{name}"


def key(name: str) -> str:
    """Return the id of the mention called *name*."""
    return mention_id(uri(name))


def crawled_post(name: str, text: str = "The brake is loud.", **fields: Any) -> CrawledPost:
    """Return a post that matches watch acme; *fields* are of it or of its Post."""
    names = ("voice", "family", "words", "matches", "brand_of")
    own = {n: fields.pop(n) for n in names if n in fields}
    post = Post(
        uri=uri(name),
        url=uri(name),
        text=text,
        platform="blog.example",
        author=None,
        published=fields.pop("published", NOON),
    )
    default = CrawledPost(
        id=key(name),
        post=replace(post, **fields),
        text_sha256=text_sha256(text),
        voice="v" * 32,
        family="f" * 32,
        matches={"acme": "r1"},
    )
    return replace(default, **own)


def dropped_post(name: str, reason: str = "unmatched") -> DroppedPost:
    """Return a dropped post called *name*."""
    return DroppedPost(id=key(name), reason=reason)


def page(*posts: CrawledPost | DroppedPost, source: str = "blog", **fields: Any) -> CrawledPage:
    """Return a page of *source*, of its run called run-SOURCE."""
    return CrawledPage(
        source=source,
        run=fields.pop("run", f"run-{source}"),
        posts=tuple(p for p in posts if isinstance(p, CrawledPost)),
        dropped=tuple(p for p in posts if isinstance(p, DroppedPost)),
        **fields,
    )


def add_sources(tx: Connection, *slugs: str, at: datetime = NOON) -> None:
    """Insert sources *slugs*, each with an open run called run-SLUG."""
    rows: list[tuple[str, str, Mapping[str, Any], int]] = [(s, "feed", {}, 900) for s in slugs]
    sources.replace_from_file(tx, rows, now=at)
    for slug in slugs:
        runs.start(tx, f"run-{slug}", slug, now=at)


def store_page(
    record: Database,
    *posts: CrawledPost | DroppedPost,
    at: datetime = NOON,
    source: str = "blog",
    **fields: Any,
) -> PageCounts:
    """Store one page in one transaction."""
    with record.write() as tx:
        return record_page(tx, page(*posts, source=source, **fields), now=at)


def insert_plain_mention(record: Database, name: str) -> None:
    """Insert the pending mention called *name* alone, also into a database of an older schema."""
    post = crawled_post(name)
    names = ("uri", "url", "text", "platform", "published")
    values = {column: getattr(post.post, column) for column in names} | {
        "id": post.id,
        "text_sha256": post.text_sha256,
        "revision": 1,
        "state": MentionState.LIVE,
        "analysis": AnalysisState.PENDING,
        "first_seen": NOON,
        "last_seen": NOON,
    }
    with record.write() as tx:
        tx.execute(insert(mentions).values(values))


def killed_after(record: Database, write: Callable[[Connection], object]) -> None:
    """Call *write*, then fail before the commit."""
    with suppress(KeyboardInterrupt), record.write() as tx:
        write(tx)
        raise KeyboardInterrupt


def verdict(text: str = "The brake is loud.", **fields: Any) -> Verdict:
    """Return a negative verdict of MODEL on the whole of *text*."""
    default = Verdict(
        watch=None,
        sentiment=Sentiment.NEGATIVE,
        probabilities={"negative": 0.7, "neutral": 0.2, "positive": 0.1},
        polarity=0.1 - 0.7,
        topics=("safety",),
        model=MODEL,
        text_sha256=text_sha256(text),
    )
    return replace(default, **fields)


def analysis_result(name: str, text: str = "The brake is loud.", **fields: Any) -> AnalysisResult:
    """Return a result for the mention called *name*: scored, negative."""
    default = AnalysisResult(
        id=key(name),
        text_sha256=text_sha256(text),
        analysis=AnalysisState.SCORED,
        reason=None,
        language="en",
        verdicts=(verdict(text),),
        vector=b"\x00\x3c" * 4,
        encoder_sha256="e" * 64,
        model=MODEL,
    )
    return replace(default, **fields)


def watch(slug: str = "acme", query: str = "acme", **fields: Any) -> Watch:
    """Return a brand."""
    revision = watches.query_revision(query)
    default = Watch(slug=slug, name=slug.title(), kind="brand", query=query, revision=revision)
    return replace(default, **fields)


def incident(**fields: Any) -> Incident:
    """Return an open crisis of acme, as detection passes it on."""
    default = Incident(
        id=0,
        watch="acme",
        topic=None,
        kind=IncidentKind.CRISIS,
        state=IncidentState.OPEN,
        severity=1,
        onset=NOON,
        detected=NOON,
        updated=NOON,
        resolved=None,
        observed=41,
        expected=2.1,
        negative_share=0.1 + 0.2,
        usual_share=1 / 3,
        voices=60,
        families=50,
        mentions=(key("a"), key("b")),
        coverage={"sources": 3},
        spike={"score": 1e-17},
    )
    return replace(default, **fields)


def outbox_message(name: str = "brief-1", **fields: Any) -> OutboxMessage:
    """Return a brief to the comms lead."""
    default = OutboxMessage(
        key=name,
        kind="brief",
        channel="smtp",
        recipient="lead@acme.example",
        message_id=f"<{name}@harken.example>",
        subject="Crisis: Acme",
        eml=b"Subject: Crisis\r\n\r\n\xff\x00",
    )
    return replace(default, **fields)
