"""Properties of the database under any order of pages, workers, kills and consumers (SQLite)."""

import atexit
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import event

from core.analysis import AnalysisResult, PendingMention
from core.mention import AnalysisState
from store import changes, counts, mentions
from store.analysis.queue import ATTEMPTS_BEFORE_ISOLATION, lease, release
from store.analysis.verdicts import save_results
from store.crawl import runs
from store.crawl.pages import record_page
from store.database import Database
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    dropped_post,
    key,
    killed_after,
    page,
    store_page,
)

pytestmark = pytest.mark.slow

NAMES = st.sampled_from("abcdef")
TEXTS = st.sampled_from(["The brake is loud.", "The brake is quiet.", "No comment."])
POSTS = st.dictionaries(NAMES, TEXTS, min_size=1, max_size=4)
SOURCES = st.sampled_from(["blog", "forum"])
OWNERS = st.sampled_from(["w1", "w2"])
HOLD = timedelta(minutes=2)


@cache
def empty() -> Path:
    """Return a migrated file to copy."""
    folder = Path(tempfile.mkdtemp(prefix="harken-laws-"))
    atexit.register(shutil.rmtree, folder)
    path = folder / "empty.db"
    record = Database(f"sqlite:///{path}")
    record.setup()
    with record.write() as tx:
        add_sources(tx, "blog", "forum")
    record.close()
    return path


@dataclass(frozen=True)
class LeasedMention:
    """A mention that a worker has leased."""

    owner: str
    pending: PendingMention

    def result(self) -> AnalysisResult:
        default = analysis_result("", self.pending.text)
        return replace(default, id=self.pending.id)


def without_sync(connection: sqlite3.Connection, _: object) -> None:
    """Skip the waits for the disk: no test cuts the power."""
    connection.execute("pragma synchronous=off")


class Laws(RuleBasedStateMachine):
    """The database beside a model of it: texts, sightings, leases, an index."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="harken-laws-")
        self.record = Database(f"sqlite:///{shutil.copy(empty(), self.folder)}")
        event.listen(self.record.engine, "connect", without_sync)
        self.now = NOON
        self.texts: dict[str, str] = {}
        self.revisions: dict[str, int] = {}
        self.sources_by_mention: dict[str, set[str]] = {}
        self.done: set[str] = set()
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.claims: dict[str, int] = {}  # since the last result
        self.leased: list[LeasedMention] = []
        self.index: dict[str, mentions.Mention] = {}

    def teardown(self) -> None:
        """At the end the index equals the database."""
        for _ in range(self.pending_changes()):
            self.follow(limit=1, dies=False)
        with self.record.read() as tx:
            facts_by_id = {m.id: indexed_facts(m) for m in mentions.all_mentions(tx)}
        assert {i: indexed_facts(m) for i, m in self.index.items()} == facts_by_id
        self.record.close()
        shutil.rmtree(self.folder)

    # ---- rules

    @rule(posts=POSTS, source=SOURCES, has_unmatched=st.booleans())
    def store_page(self, posts, source, has_unmatched) -> None:
        dropped_posts = [dropped_post("nobody")] if has_unmatched else []
        counts_of_page = store_page(
            self.record,
            *(crawled_post(n, t) for n, t in posts.items()),
            *dropped_posts,
            source=source,
            at=self.now,
        )
        changed_ids = {key(n) for n, t in posts.items() if self.texts.get(key(n)) != t}
        assert counts_of_page.new == len({key(n) for n in posts} - set(self.texts))
        assert counts_of_page.new + counts_of_page.edited == len(changed_ids)
        for name, text in posts.items():
            self.texts[key(name)] = text
            self.sources_by_mention.setdefault(key(name), set()).add(source)
        for mention in changed_ids:
            self.revisions[mention] = self.revisions.get(mention, 0) + 1
        self.done -= changed_ids

    @rule(posts=POSTS, source=SOURCES)
    def store_unmatched_page(self, posts, source) -> None:
        """An unmatched post is dropped unless an older text of it is stored."""
        posts_without_match = [crawled_post(n, t, matches={}) for n, t in posts.items()]
        counts_of_page = store_page(self.record, *posts_without_match, source=source, at=self.now)
        existing = {key(n): t for n, t in posts.items() if key(n) in self.texts}
        changed_ids = {m for m, t in existing.items() if self.texts[m] != t}
        assert (counts_of_page.new, counts_of_page.edited) == (0, len(changed_ids))
        assert sum(counts_of_page.dropped.values()) == len(posts) - len(existing)
        self.texts |= existing
        for mention in existing:
            self.sources_by_mention[mention].add(source)
        for mention in changed_ids:
            self.revisions[mention] += 1
        self.done -= changed_ids

    @rule(posts=POSTS, source=SOURCES)
    def kill_while_storing(self, posts, source) -> None:
        crawled_page = page(*(crawled_post(n, t) for n, t in posts.items()), source=source)
        killed_after(self.record, lambda tx: record_page(tx, crawled_page, now=self.now))

    @rule(owner=OWNERS, limit=st.integers(1, 4))
    def lease(self, owner, limit) -> None:
        with self.record.write() as tx:
            pending = lease(tx, owner, limit=limit, now=self.now, lease_time=HOLD)
        leased_ids = {m for m, (_, until) in self.leases.items() if until > self.now}
        free = set(self.texts) - self.done - leased_ids
        free_of_suspicion = {m for m in free if self.claims.get(m, 0) < ATTEMPTS_BEFORE_ISOLATION}
        assert {p.id for p in pending} <= (free_of_suspicion or free)
        assert len(pending) == (
            min(limit, len(free_of_suspicion)) if free_of_suspicion else min(1, len(free))
        )
        assert all(p.text == self.texts[p.id] for p in pending)
        assert all(p.attempts == self.claims.get(p.id, 0) for p in pending)
        self.leased += [LeasedMention(owner, p) for p in pending]
        self.leases |= {p.id: (owner, self.now + HOLD) for p in pending}
        self.claims |= {p.id: p.attempts + 1 for p in pending}

    @rule(owner=OWNERS)
    def save(self, owner) -> None:
        leased = [h for h in self.leased if h.owner == owner]
        with self.record.write() as tx:
            saved_count = save_results(tx, [h.result() for h in leased], now=self.now)
        current_ids = {h.pending.id for h in leased if h.pending.text == self.texts[h.pending.id]}
        assert saved_count == len(current_ids - self.done)
        self.done |= current_ids
        for h in leased:
            self.leases.pop(h.pending.id, None)
            self.claims.pop(h.pending.id, None)
            self.leased.remove(h)

    @rule(owner=OWNERS)
    def kill_while_saving(self, owner) -> None:
        leased = [h for h in self.leased if h.owner == owner]
        killed_after(
            self.record, lambda tx: save_results(tx, [h.result() for h in leased], now=self.now)
        )
        self.leased = [h for h in self.leased if h.owner != owner]

    @rule(owner=OWNERS)
    def restart_worker(self, owner) -> None:
        """Start a worker of that name; it ends the leases of its killed predecessor."""
        self.leased = [h for h in self.leased if h.owner != owner]
        with self.record.write() as tx:
            release(tx, owner)
        self.leases = {m: own for m, own in self.leases.items() if own[0] != owner}

    @rule(minutes=st.integers(1, 3))
    def wait(self, minutes) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(limit=st.integers(1, 5), dies=st.booleans())
    def follow(self, limit, dies) -> None:
        """The index applies a batch, and again if it is killed before the offset is stored."""
        with self.record.read() as tx:
            portion = changes.read_after(tx, changes.offset(tx, "index"), limit)
            self.index |= {m.id: m for m in mentions.get(tx, [i for _, i in portion])}
        if portion and not dies:
            with self.record.write() as tx:
                changes.commit_offset(tx, "index", portion[-1][0], now=self.now)

    def pending_changes(self) -> int:
        with self.record.read() as tx:
            return len(changes.read_after(tx, changes.offset(tx, "index"), 99))

    # ---- invariants after each step

    @invariant()
    def database_equals_the_model(self) -> None:
        with self.record.read() as tx:
            mentions_by_id = {m.id: m for m in mentions.all_mentions(tx)}
        assert {i: m.text for i, m in mentions_by_id.items()} == self.texts
        assert {i: m.revision for i, m in mentions_by_id.items()} == self.revisions
        assert {i: set(m.sources) for i, m in mentions_by_id.items()} == self.sources_by_mention
        assert {
            i for i, m in mentions_by_id.items() if m.analysis == AnalysisState.SCORED
        } == self.done
        assert all(
            (m.verdict is not None) or m.id not in self.done for m in mentions_by_id.values()
        )

    @invariant()
    def counts_add_up(self) -> None:
        with self.record.read() as tx:
            sums = list(runs.totals(tx).values())
            assert sum(counts.by_analysis_state(tx).values()) == len(self.texts)
        assert sum(r.new for r in sums) == len(self.texts)
        for r in sums:
            assert r.fetched == r.known + r.edited + r.new + sum(r.dropped.values())

    @invariant()
    def stale_mentions_are_in_the_feed(self) -> None:
        with self.record.read() as tx:
            feed_ids = {i for _, i in changes.read_after(tx, changes.offset(tx, "index"), 99)}
            current = {m.id: m for m in mentions.all_mentions(tx)}
        stale = {
            i for i, m in current.items() if indexed_facts(m) != indexed_facts(self.index.get(i))
        }
        assert stale <= feed_ids


def indexed_facts(mention: mentions.Mention | None) -> object:
    """Return the indexed facts of a mention."""
    if mention is None:
        return None
    return (mention.text, mention.analysis, mention.sources, mention.watches, mention.verdict)


Laws.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLaws = Laws.TestCase
