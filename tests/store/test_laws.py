"""Laws of the database under any order of pages, workers, kills and consumers (SQLite)."""

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
    begin,
    dropped,
    finding,
    hear,
    heard,
    key,
    killed_after,
    page,
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
        begin(tx, "blog", "forum")
    record.close()
    return path


@dataclass(frozen=True)
class Held:
    """A mention that a worker has leased."""

    owner: str
    pending: PendingMention

    def found(self) -> AnalysisResult:
        one = finding("", self.pending.text)
        return replace(one, id=self.pending.id)


def unplugged(connection: sqlite3.Connection, _: object) -> None:
    """Skip the waits for the disk: no test cuts the power."""
    connection.execute("pragma synchronous=off")


class Laws(RuleBasedStateMachine):
    """The database beside a model of it: texts, sightings, leases, an index."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="harken-laws-")
        self.record = Database(f"sqlite:///{shutil.copy(empty(), self.folder)}")
        event.listen(self.record.engine, "connect", unplugged)
        self.now = NOON
        self.texts: dict[str, str] = {}
        self.revisions: dict[str, int] = {}
        self.sighted: dict[str, set[str]] = {}
        self.done: set[str] = set()
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.claims: dict[str, int] = {}  # since the last result
        self.held: list[Held] = []
        self.index: dict[str, mentions.Mention] = {}

    def teardown(self) -> None:
        """At the end the index equals the database."""
        for _ in range(self.behind()):
            self.follow(limit=1, dies=False)
        with self.record.read() as tx:
            told = {m.id: shown(m) for m in mentions.all_mentions(tx)}
        assert {i: shown(m) for i, m in self.index.items()} == told
        self.record.close()
        shutil.rmtree(self.folder)

    # ---- rules

    @rule(posts=POSTS, source=SOURCES, unwanted=st.booleans())
    def hear(self, posts, source, unwanted) -> None:
        gone = [dropped("nobody")] if unwanted else []
        told = hear(
            self.record, *(heard(n, t) for n, t in posts.items()), *gone, source=source, at=self.now
        )
        changed = {key(n) for n, t in posts.items() if self.texts.get(key(n)) != t}
        assert told.new == len({key(n) for n in posts} - set(self.texts))
        assert told.new + told.edited == len(changed)
        for name, text in posts.items():
            self.texts[key(name)] = text
            self.sighted.setdefault(key(name), set()).add(source)
        for mention in changed:
            self.revisions[mention] = self.revisions.get(mention, 0) + 1
        self.done -= changed

    @rule(posts=POSTS, source=SOURCES)
    def hear_unwanted(self, posts, source) -> None:
        """An unmatched post is dropped unless an older text of it is stored."""
        one = [heard(n, t, matches={}) for n, t in posts.items()]
        told = hear(self.record, *one, source=source, at=self.now)
        known = {key(n): t for n, t in posts.items() if key(n) in self.texts}
        changed = {m for m, t in known.items() if self.texts[m] != t}
        assert (told.new, told.edited) == (0, len(changed))
        assert sum(told.dropped.values()) == len(posts) - len(known)
        self.texts |= known
        for mention in known:
            self.sighted[mention].add(source)
        for mention in changed:
            self.revisions[mention] += 1
        self.done -= changed

    @rule(posts=POSTS, source=SOURCES)
    def die_hearing(self, posts, source) -> None:
        one = page(*(heard(n, t) for n, t in posts.items()), source=source)
        killed_after(self.record, lambda tx: record_page(tx, one, now=self.now))

    @rule(owner=OWNERS, limit=st.integers(1, 4))
    def lease(self, owner, limit) -> None:
        with self.record.write() as tx:
            found = lease(tx, owner, limit=limit, now=self.now, lease_time=HOLD)
        taken = {m for m, (_, until) in self.leases.items() if until > self.now}
        free = set(self.texts) - self.done - taken
        fresh = {m for m in free if self.claims.get(m, 0) < ATTEMPTS_BEFORE_ISOLATION}
        assert {p.id for p in found} <= (fresh or free)
        assert len(found) == (min(limit, len(fresh)) if fresh else min(1, len(free)))
        assert all(p.text == self.texts[p.id] for p in found)
        assert all(p.attempts == self.claims.get(p.id, 0) for p in found)
        self.held += [Held(owner, p) for p in found]
        self.leases |= {p.id: (owner, self.now + HOLD) for p in found}
        self.claims |= {p.id: p.attempts + 1 for p in found}

    @rule(owner=OWNERS)
    def find(self, owner) -> None:
        own = [h for h in self.held if h.owner == owner]
        with self.record.write() as tx:
            settled = save_results(tx, [h.found() for h in own], now=self.now)
        fresh = {h.pending.id for h in own if h.pending.text == self.texts[h.pending.id]}
        assert settled == len(fresh - self.done)
        self.done |= fresh
        for h in own:
            self.leases.pop(h.pending.id, None)
            self.claims.pop(h.pending.id, None)
            self.held.remove(h)

    @rule(owner=OWNERS)
    def die_finding(self, owner) -> None:
        own = [h for h in self.held if h.owner == owner]
        killed_after(
            self.record, lambda tx: save_results(tx, [h.found() for h in own], now=self.now)
        )
        self.held = [h for h in self.held if h.owner != owner]

    @rule(owner=OWNERS)
    def succeed(self, owner) -> None:
        """A new worker of that name ends the leases of its killed predecessor."""
        self.held = [h for h in self.held if h.owner != owner]
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

    def behind(self) -> int:
        with self.record.read() as tx:
            return len(changes.read_after(tx, changes.offset(tx, "index"), 99))

    # ---- invariants after each step

    @invariant()
    def the_record_says_what_was_heard(self) -> None:
        with self.record.read() as tx:
            told = {m.id: m for m in mentions.all_mentions(tx)}
        assert {i: m.text for i, m in told.items()} == self.texts
        assert {i: m.revision for i, m in told.items()} == self.revisions
        assert {i: set(m.sources) for i, m in told.items()} == self.sighted
        assert {i for i, m in told.items() if m.analysis == AnalysisState.SCORED} == self.done
        assert all((m.verdict is not None) or m.id not in self.done for m in told.values())

    @invariant()
    def the_tallies_add_up(self) -> None:
        with self.record.read() as tx:
            sums = list(runs.totals(tx).values())
            assert sum(counts.by_analysis_state(tx).values()) == len(self.texts)
        assert sum(r.new for r in sums) == len(self.texts)
        for r in sums:
            assert r.fetched == r.known + r.edited + r.new + sum(r.dropped.values())

    @invariant()
    def what_the_index_does_not_know_is_still_to_come(self) -> None:
        with self.record.read() as tx:
            ahead = {i for _, i in changes.read_after(tx, changes.offset(tx, "index"), 99)}
            now = {m.id: m for m in mentions.all_mentions(tx)}
        stale = {i for i, m in now.items() if shown(m) != shown(self.index.get(i))}
        assert stale <= ahead


def shown(mention: mentions.Mention | None) -> object:
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
