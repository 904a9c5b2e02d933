"""The index has the content of the database in the end, in any order of steps."""

import shutil
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.errors import TransientError
from harken.pipeline.index import index_batch
from harken.pipeline.pace import Pace
from indexer.change import ChangeOutcome, ChangeResult
from indexer.engines.memory import MemoryIndex
from store import changes, mentions, tables
from store.analysis.queue import lease
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    dropped_post,
    key,
    store_page,
)

pytestmark = pytest.mark.slow  # a database for each example

NAMES = "abcde"
TEXTS = ["The brake is loud.", "The brake is soft.", "It rattles."]


class UnreliableIndex(MemoryIndex):
    """Engine that is busy at the changes numbered in *refusals*, or is killed after a batch."""

    def __init__(self, refusals=()):
        super().__init__()
        self.refusals, self.turn, self.dies = frozenset(refusals), 0, False

    def apply(self, batch):
        outcomes = [self._one(change) for change in batch]
        if self.dies:
            self.dies = False
            raise KeyboardInterrupt
        return outcomes

    def _one(self, change):
        self.turn += 1
        if self.turn in self.refusals:
            return ChangeOutcome(id=change.id, result=ChangeResult.RETRY, reason="busy")
        return super().apply([change])[0]


@pytest.fixture(scope="module")
def make_record(sqlite_template, tmp_path_factory):
    """Return a context manager of a new database with two sources, for each example."""
    folder, numbers = tmp_path_factory.mktemp("records"), count()

    @contextmanager
    def make():
        path = shutil.copy(sqlite_template, folder / f"{next(numbers)}.db")
        record = Database(f"sqlite:///{path}")
        with record.write() as tx:
            add_sources(tx, "blog", "forum")
        yield record
        record.close()

    return make


def crawl_one(record, name, n):
    """Crawl a mention for the first time, again, or edited."""
    source = ["blog", "forum"][n % 2]
    store_page(
        record, crawled_post(name, TEXTS[n % 3]), dropped_post(f"{name}-other"), source=source
    )


def score_one(record, name, n):
    """Store a score of the mention if it is pending."""
    with record.write() as tx:
        pending = [
            p
            for p in lease(tx, "t", limit=9, now=NOON, lease_time=timedelta(0))
            if p.id == key(name)
        ]
        save_results(tx, [analysis_result(name, p.text) for p in pending], now=NOON)


def delete_one(record, name, n):
    """Delete the mention, as after its deletion on the platform."""
    with record.write() as tx:
        own = tables.mentions.c.id == key(name)
        if tx.execute(update(tables.mentions).where(own).values(state="deleted", text="")).rowcount:
            changes.append_changes(tx, [key(name)])


ACTS = st.lists(
    st.tuples(
        st.sampled_from([crawl_one, crawl_one, score_one, delete_one, None]),
        st.sampled_from(NAMES),
        st.integers(0, 5),
    ),
    max_size=14,
)


def documents(engine):
    """Return all documents of the index."""
    return sorted((e.document for e in engine._visible.values()), key=lambda d: d.id)


def documents_of_new_index(record: Database):
    """Return all documents of a new index of *record*."""
    engine = MemoryIndex()
    index_batch(record, engine, consumer="afresh", now=NOON)
    return documents(engine)


def index_to_the_end(record, engine, limit):
    """Index the change feed to its end, as a worker does."""
    while True:
        try:
            if not index_batch(record, engine, consumer="f", now=NOON, pace=Pace(limit)).total:
                return
        except TransientError:
            continue


@settings(max_examples=40)
@given(ACTS, st.integers(1, 4), st.frozensets(st.integers(1, 12)))
def test_index_equals_the_database_after_any_acts(make_record, acts, limit, refusals):
    """Crawl, edit, score and delete, in batches of any size, with a busy engine."""
    engine = UnreliableIndex(refusals)
    with make_record() as record:
        for act, name, n in acts:
            if act is None:
                index_to_the_end(record, engine, limit)
            else:
                act(record, name, n)
        index_to_the_end(record, engine, limit)
        assert documents(engine) == documents_of_new_index(record)
        with record.read() as tx:
            live_ids = {m.id for m in mentions.all_mentions(tx) if m.state != "deleted"}
            assert changes.offset(tx, "f") == changes.last_number(tx)
    assert {document.id for document in documents(engine)} == live_ids


@settings(max_examples=20)
@given(ACTS, st.integers(1, 3))
def test_index_equals_the_database_after_kills(make_record, acts, limit):
    """The offset is committed last, so no change is skipped."""
    engine = UnreliableIndex()
    with make_record() as record:
        for act, name, n in acts:
            if act is None:
                engine.dies = True
                with suppress(KeyboardInterrupt):  # without changes it does not die
                    index_batch(record, engine, consumer="f", now=NOON, pace=Pace(limit))
            else:
                act(record, name, n)
        engine.dies = False
        index_to_the_end(record, engine, limit)
        assert documents(engine) == documents_of_new_index(record)
