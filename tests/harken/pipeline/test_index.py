"""Index step: the offset moves only after all changes before it were applied or rejected."""

from dataclasses import replace

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from core.errors import TransientError
from harken.pipeline.index import index_batch
from harken.pipeline.step_result import StepResult
from indexer.change import ChangeOutcome, ChangeResult
from indexer.engines.memory import MemoryIndex
from indexer.query import parse
from store import changes, tables
from tests.indexer.factories import ask
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

FOLLOWER = "memory"


class Choosy(MemoryIndex):
    """Index that returns *fate* for the mention called *name* and applies all others."""

    def __init__(self, name, fate):
        super().__init__()
        self.name, self.fate = name, fate

    def apply(self, batch):
        return [
            ChangeOutcome(id=c.id, result=self.fate, reason="mapping")
            if c.id == key(self.name)
            else super(Choosy, self).apply([c])[0]
            for c in batch
        ]


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    store_page(sqlite_record, *(crawled_post(name, f"acme number {name}") for name in "abc"))
    return sqlite_record


def index(record, engine, **known):
    return index_batch(record, engine, consumer=FOLLOWER, now=NOON, **known)


def position(record):
    with record.read() as tx:
        return changes.offset(tx, FOLLOWER)


def last(record):
    with record.read() as tx:
        return changes.last_number(tx)


def shown(engine):
    return sorted(engine.ids())


def drop(record, name):
    """Delete a mention on its platform."""
    with record.write() as tx:
        own = tables.mentions.c.id == key(name)
        tx.execute(update(tables.mentions).where(own).values(state="deleted", text=""))
        changes.append_changes(tx, [key(name)])


def test_what_the_record_holds_is_found(record):
    engine = MemoryIndex()
    assert index(record, engine) == StepResult(total=3, successes=3)
    assert shown(engine) == sorted(map(key, "abc"))
    assert [hit.id for hit in ask(engine, parse('"number b"')).hits] == [key("b")]
    assert position(record) == last(record)
    assert index(record, engine) == StepResult()


def test_small_batches_end_at_the_same_place(record):
    engine = MemoryIndex()
    while index(record, engine, limit=1).total:
        pass
    assert shown(engine) == sorted(map(key, "abc"))
    assert position(record) == last(record)


def test_a_busy_engine_keeps_the_position_and_is_asked_again(record):
    engine = Choosy("b", ChangeResult.RETRY)
    with pytest.raises(TransientError, match="took 2 of 3"):
        index(record, engine)
    assert position(record) == 0
    engine.fate = ChangeResult.OK
    engine.name = "nobody"
    assert index(record, engine).total == 3
    assert shown(engine) == sorted(map(key, "abc"))


def test_a_refused_mention_is_logged_without_its_text_and_blocks_nobody(record):
    engine = Choosy("b", ChangeResult.REJECTED)
    with capture_logs() as logs:
        assert index(record, engine) == StepResult(total=3, successes=2, failures=1)
    assert shown(engine) == sorted(map(key, "ac"))
    assert position(record) == last(record)
    (told,) = [line for line in logs if line["event"] == "mention.rejected"]
    assert (told["mention"], told["reason"]) == (key("b"), "mapping")
    assert "acme" not in str(told)


def test_a_deleted_mention_vanishes(record):
    engine = MemoryIndex()
    index(record, engine)
    drop(record, "b")
    index(record, engine)
    assert shown(engine) == sorted(map(key, "ac"))


def test_an_edited_mention_is_found_by_its_new_words_alone(record):
    engine = MemoryIndex()
    index(record, engine)
    store_page(record, crawled_post("a", "now it speaks of brakes"))
    index(record, engine)
    assert [h.id for h in ask(engine, parse("brakes")).hits] == [key("a")]
    assert engine.count(parse('"number a"')) == 0


def test_a_replay_from_the_beginning_gives_the_same_index(record):
    drop(record, "c")
    store_page(record, crawled_post("a", "edited acme"))
    engine, again = MemoryIndex(), MemoryIndex()
    index(record, engine)
    for replayed in (engine, again):
        with record.write() as tx:
            changes.commit_offset(tx, FOLLOWER, 0, now=NOON)
        index(record, replayed)
        assert ask(replayed, parse("")).hits == ask(engine, parse("")).hits
        assert shown(replayed) == sorted(map(key, "ab"))


def test_a_kill_between_index_and_position_is_a_replay_of_one_batch(record):
    class Dying(MemoryIndex):
        def refresh(self):
            super().refresh()
            raise KeyboardInterrupt

    engine = Dying()
    with pytest.raises(KeyboardInterrupt):
        index(record, engine)
    assert position(record) == 0
    survivor = MemoryIndex()
    survivor.__dict__ = engine.__dict__
    assert index(record, survivor) == StepResult(total=3, successes=3)
    assert shown(survivor) == sorted(map(key, "abc"))


def test_two_engines_follow_at_their_own_pace(record):
    first = MemoryIndex()
    index(record, first)
    store_page(record, replace(crawled_post("d", "acme number d")))
    second = MemoryIndex()
    assert index_batch(record, second, consumer="other", now=NOON).total == 4
    assert position(record) < last(record)
