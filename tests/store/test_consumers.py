"""Consumers of the change feed: several, slow, killed or new, all reach the same state."""

from datetime import datetime
from itertools import pairwise

import pytest

from core.mention import AnalysisState
from store import changes, mentions
from store import counts as mention_counts
from store.analysis.verdicts import save_results
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


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog", "forum")


class CopyingConsumer:
    """A copy of the texts and analyses of the database, updated in batches."""

    def __init__(self, record: Database, name: str, portion: int) -> None:
        self.record, self.name, self.portion = record, name, portion
        self.copy: dict[str, tuple[str, AnalysisState]] = {}

    def step(self, *, dies: bool = False) -> bool:
        """Apply the next batch, without its offset if it *dies*; return True if there was one."""
        with self.record.read() as tx:
            feed = changes.read_after(tx, changes.offset(tx, self.name), self.portion)
            batch = mentions.get(tx, [i for _, i in feed])
        self.copy |= {m.id: (m.text, m.analysis) for m in batch}
        if feed and not dies:
            with self.record.write() as tx:
                changes.commit_offset(tx, self.name, feed[-1][0], now=NOON)
        return bool(feed)

    def catch_up(self) -> dict[str, tuple[str, AnalysisState]]:
        while self.step():
            pass
        return self.copy


def whole(record: Database) -> dict[str, tuple[str, AnalysisState]]:
    with record.read() as tx:
        return {m.id: (m.text, m.analysis) for m in mentions.all_mentions(tx)}


def save(record: Database, *names: str, at: datetime = NOON) -> None:
    with record.write() as tx:
        save_results(tx, [analysis_result(n) for n in names], now=at)


@pytest.mark.parametrize("portion", [1, 2, 100])
def test_consumer_between_writes_reaches_the_state_of_the_database(record, portion):
    consumer = CopyingConsumer(record, "index", portion)
    for k in range(6):
        store_page(record, crawled_post(f"m{k}"), crawled_post("often", f"wording {k}"))
        consumer.step(dies=k % 2 == 0)
        save(record, f"m{k}")
        consumer.step()
    assert consumer.catch_up() == whole(record)


def test_new_consumer_gets_each_mention_once_in_its_last_state(record):
    for k in range(5):
        store_page(record, crawled_post("a", f"wording {k}"), crawled_post(f"m{k}"))
    with record.read() as tx:
        feed = changes.read_after(tx, 0, 100)
    assert sorted(i for _, i in feed) == sorted([key("a"), *(key(f"m{k}") for k in range(5))])
    assert CopyingConsumer(record, "young", 2).catch_up() == whole(record)


def test_consumers_are_independent(record, now):
    fast, slow = CopyingConsumer(record, "fast", 9), CopyingConsumer(record, "slow", 1)
    store_page(record, crawled_post("a"), crawled_post("b"))
    fast.catch_up()
    slow.step()
    with record.read() as tx:
        assert changes.offsets(tx) == {"fast": 2, "slow": 1}
        assert changes.last_number(tx) == 2
    assert slow.catch_up() == fast.copy


def test_no_batch_without_changes(record):
    consumer = CopyingConsumer(record, "index", 5)
    store_page(record, crawled_post("a"))
    consumer.catch_up()
    store_page(record, crawled_post("a"), dropped_post("x"))  # no indexed fact has changed
    assert not consumer.step()


@pytest.mark.parametrize(
    "change",
    [
        lambda r: store_page(r, crawled_post("a", "edited")),
        lambda r: store_page(r, crawled_post("a"), source="forum"),
        lambda r: store_page(r, crawled_post("a", matches={"acme": "r1", "rival": "r1"})),
        lambda r: save(r, "a"),
    ],
    ids=["edit", "sighting", "match", "verdict"],
)
def test_every_indexed_fact_is_a_change(record, change):
    store_page(record, crawled_post("a"), crawled_post("b"))
    before = 2
    change(record)
    with record.read() as tx:
        assert changes.read_after(tx, before, 9) == [(3, key("a"))]


def test_numbers_have_no_gap_after_a_killed_writer(record):
    for k in range(4):
        killed_after(
            record, lambda tx: record_page(tx, page(crawled_post("x"), crawled_post("y")), now=NOON)
        )
        store_page(record, crawled_post(f"m{k}"))
    with record.read() as tx:
        numbers = [n for n, _ in changes.read_after(tx, 0, 100)]
    assert numbers == [1, 2, 3, 4]


def test_numbers_of_a_page_are_consecutive_in_order_of_ids(record):
    names = [f"m{k}" for k in range(20)]
    store_page(record, *map(crawled_post, reversed(names)))
    with record.read() as tx:
        feed = changes.read_after(tx, 0, 100)
    assert [i for _, i in feed] == sorted(map(key, names))
    assert all(b == a + 1 for (a, _), (b, _) in pairwise(feed))


def test_counts_add_up_after_every_step(record, now):
    """At rest mentions = pending + scored + unscored + quarantined + deleted."""
    ends = [AnalysisState.SCORED, AnalysisState.UNSCORED, AnalysisState.QUARANTINED, None]
    for k in range(8):
        store_page(record, crawled_post(f"m{k}"), dropped_post(f"x{k}"))
        if end := ends[k % 4]:
            with record.write() as tx:
                result = analysis_result(
                    f"m{k}", analysis=end, reason=None if k % 4 == 0 else "why"
                )
                save_results(tx, [result], now=now)
        with record.read() as tx:
            counts = mention_counts.by_analysis_state(tx)
            assert sum(counts.values()) == mention_counts.total(tx) == k + 1
    assert counts == {"pending": 2, "scored": 2, "unscored": 2, "quarantined": 2, "deleted": 0}


def test_edit_makes_its_mention_pending_again(record, now):
    store_page(record, crawled_post("a"), crawled_post("b"))
    save(record, "a", "b")
    store_page(record, crawled_post("a", "edited"))
    with record.read() as tx:
        counts = mention_counts.by_analysis_state(tx)
    assert (counts["pending"], counts["scored"]) == (1, 1)
