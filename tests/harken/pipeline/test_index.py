"""Index step: the offset moves only after all changes before it were applied or rejected."""

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from core.errors import TransientError
from harken.pipeline.index import IndexStep, index_batch
from harken.pipeline.pace import Pace
from harken.pipeline.step_result import StepResult
from indexer.change import ChangeOutcome, ChangeResult
from indexer.engines.memory import MemoryIndex
from indexer.engines.tantivy.index import TantivyIndex
from indexer.query import parse
from store import changes, tables
from tests.indexer.factories import search
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

CONSUMER = "memory"


class SelectiveIndex(MemoryIndex):
    """Index that returns *result* for the mention called *name* and applies all others."""

    def __init__(self, name, result):
        super().__init__()
        self.name, self.outcome = name, result

    def apply(self, batch):
        return [
            ChangeOutcome(id=c.id, result=self.outcome, reason="mapping")
            if c.id == key(self.name)
            else super(SelectiveIndex, self).apply([c])[0]
            for c in batch
        ]


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    store_page(sqlite_record, *(crawled_post(name, f"acme number {name}") for name in "abc"))
    return sqlite_record


def index(record, engine, **options):
    return index_batch(record, engine, consumer=CONSUMER, now=NOON, **options)


def position(record):
    with record.read() as tx:
        return changes.offset(tx, CONSUMER)


def last_number(record):
    with record.read() as tx:
        return changes.last_number(tx)


def indexed_ids(engine):
    return sorted(engine.ids())


def delete_mention(record, name):
    """Delete a mention on its platform."""
    with record.write() as tx:
        own = tables.mentions.c.id == key(name)
        tx.execute(update(tables.mentions).where(own).values(state="deleted", text=""))
        changes.append_changes(tx, [key(name)])


def test_all_mentions_are_indexed(record):
    engine = MemoryIndex()
    assert index(record, engine) == StepResult(total=3, successes=3)
    assert indexed_ids(engine) == sorted(map(key, "abc"))
    assert [hit.id for hit in search(engine, parse('"number b"')).hits] == [key("b")]
    assert position(record) == last_number(record)
    assert index(record, engine) == StepResult()


def test_small_batches_index_all_mentions(record):
    engine = MemoryIndex()
    while index(record, engine, pace=Pace(1)).total:
        pass
    assert indexed_ids(engine) == sorted(map(key, "abc"))
    assert position(record) == last_number(record)


def test_busy_engine_keeps_the_offset_and_is_retried(record):
    engine = SelectiveIndex("b", ChangeResult.RETRY)
    with pytest.raises(TransientError, match="took 2 of 3"):
        index(record, engine)
    assert position(record) == 0
    engine.outcome = ChangeResult.OK
    engine.name = "nobody"
    assert index(record, engine).total == 3
    assert indexed_ids(engine) == sorted(map(key, "abc"))


def test_rejected_mention_is_logged_without_its_text_and_blocks_no_other(record):
    engine = SelectiveIndex("b", ChangeResult.REJECTED)
    with capture_logs() as logs:
        assert index(record, engine) == StepResult(total=3, successes=2, failures=1)
    assert indexed_ids(engine) == sorted(map(key, "ac"))
    assert position(record) == last_number(record)
    (entry,) = [line for line in logs if line["event"] == "mention.rejected"]
    assert (entry["mention"], entry["reason"]) == (key("b"), "mapping")
    assert "acme" not in str(entry)


def test_deleted_mention_is_removed(record):
    engine = MemoryIndex()
    index(record, engine)
    delete_mention(record, "b")
    index(record, engine)
    assert indexed_ids(engine) == sorted(map(key, "ac"))


def test_edited_mention_matches_its_new_words_only(record):
    engine = MemoryIndex()
    index(record, engine)
    store_page(record, crawled_post("a", "now it speaks of brakes"))
    index(record, engine)
    assert [h.id for h in search(engine, parse("brakes")).hits] == [key("a")]
    assert engine.count(parse('"number a"')) == 0


def test_replay_from_the_beginning_gives_the_same_index(record):
    delete_mention(record, "c")
    store_page(record, crawled_post("a", "edited acme"))
    engine, new_engine = MemoryIndex(), MemoryIndex()
    index(record, engine)
    for one in (engine, new_engine):
        with record.write() as tx:
            changes.commit_offset(tx, CONSUMER, 0, now=NOON)
        index(record, one)
        assert search(one, parse("")).hits == search(engine, parse("")).hits
        assert indexed_ids(one) == sorted(map(key, "ab"))


def test_kill_before_the_offset_replays_one_batch(record):
    class Dying(MemoryIndex):
        def refresh(self):
            super().refresh()
            raise KeyboardInterrupt

    engine = Dying()
    with pytest.raises(KeyboardInterrupt):
        index(record, engine)
    assert position(record) == 0
    restarted_engine = MemoryIndex()
    restarted_engine.__dict__ = engine.__dict__
    assert index(record, restarted_engine) == StepResult(total=3, successes=3)
    assert indexed_ids(restarted_engine) == sorted(map(key, "abc"))


def test_two_engines_have_their_own_offsets(record):
    first = MemoryIndex()
    index(record, first)
    store_page(record, replace(crawled_post("d", "acme number d")))
    second = MemoryIndex()
    assert index_batch(record, second, consumer="other", now=NOON).total == 4
    assert position(record) < last_number(record)


def test_index_whose_files_went_while_it_was_open_is_built_again(record, tmp_path):
    with TantivyIndex(tmp_path / "index", writer=True) as engine:
        step = IndexStep(record, engine, CONSUMER)
        assert step.run(NOON).total == 3
        shutil.rmtree(tmp_path / "index")
        store_page(record, crawled_post("d", "acme number d"))
        with pytest.raises(TransientError, match="No such file"):
            step.run(NOON)
        assert step.run(NOON).total == 4
        assert indexed_ids(engine) == sorted(map(key, "abcd"))
        assert step.run(NOON) == StepResult()


def test_batches_of_the_index_are_cut_by_time(sqlite_record):
    """Long texts make small batches once their time is known; each begins with a report."""
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    posts = [crawled_post(str(n), f"acme number {n} " + "long " * 2_000) for n in range(30)]
    store_page(sqlite_record, *posts)
    elapsed_s, reports, sizes = 0.0, [], []

    class Slow(MemoryIndex):
        def apply(self, batch):
            nonlocal elapsed_s
            elapsed_s += len(batch)
            return super().apply(batch)

    pace = Pace(
        1000, start_cost=1, seconds=lambda: elapsed_s, on_progress=lambda: reports.append(1)
    )
    step = IndexStep(sqlite_record, Slow(), CONSUMER, pace)
    while total := step.run(NOON).total:
        sizes.append(total)
    assert sum(sizes) == 30
    assert max(sizes) <= 3
    assert len(reports) == len(sizes)
    assert position(sqlite_record) == last_number(sqlite_record)
