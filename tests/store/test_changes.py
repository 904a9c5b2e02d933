"""The change feed: numbers become visible in order, and a consumer never misses one."""

import threading
from itertools import pairwise

import pytest
from sqlalchemy import select

from core.errors import HarkenError
from store import changes, tables
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    killed_after,
    store_page,
)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog", "forum")


def feed(record: Database, number: int = 0, limit: int = 100) -> list[tuple[int, str]]:
    with record.read() as tx:
        return changes.read_after(tx, number, limit)


def test_feed_has_the_newest_number_of_each_mention(record):
    store_page(record, crawled_post("a"), crawled_post("b"))
    first = feed(record)
    store_page(record, crawled_post("a", "edited"))
    assert [n for n, _ in first] == [1, 2]
    assert feed(record) == [*((n, i) for n, i in first if i == key("b")), (3, key("a"))]


def test_feed_is_read_in_ordered_batches(record):
    store_page(record, *(crawled_post(n) for n in "abcdefg"))
    whole, portions = feed(record), []
    while portion := feed(record, portions[-1][0] if portions else 0, limit=3):
        portions += portion
    assert portions == whole
    assert all(a < b for (a, _), (b, _) in pairwise(whole))


def test_no_change_takes_no_number(record):
    with record.write() as tx:
        changes.append_changes(tx, [])
    with record.read() as tx:
        assert changes.last_number(tx) == 0


def test_transaction_gives_a_mention_one_number(record):
    store_page(record, crawled_post("a"))
    with record.write() as tx:
        changes.append_changes(tx, [key("a"), key("a")])
    assert feed(record) == [(2, key("a"))]


def test_number_of_a_rolled_back_transaction_is_reused(record):
    store_page(record, crawled_post("a"))
    killed_after(record, lambda tx: changes.append_changes(tx, [key("a")]))
    store_page(record, crawled_post("b"))
    assert feed(record) == [(1, key("a")), (2, key("b"))]


def test_consumer_continues_at_its_offset(record, now):
    with record.write() as tx:
        assert changes.offset(tx, "index") == 0
        changes.commit_offset(tx, "index", 7, now=now)
        changes.commit_offset(tx, "index", 9, now=now)
        changes.commit_offset(tx, "detect", 1, now=now)
    with record.read() as tx:
        assert changes.offset(tx, "index") == 9
        assert changes.offset(tx, "detect") == 1


def write_many(
    record: Database, source: str, names: list[str], failures: list[HarkenError]
) -> None:
    for at in range(0, len(names), 3):
        try:
            # Backwards, and half of the mentions belong to the other writer too: locks cross.
            store_page(
                record, *(crawled_post(n) for n in reversed(names[at : at + 3])), source=source
            )
            with record.write() as tx:
                save_results(tx, [analysis_result(names[at])], now=NOON)
        except HarkenError as error:
            failures.append(error)


def test_consumer_beside_two_writers_misses_no_change(record):
    shared_names = [f"both-{k}" for k in range(9)]
    mine, yours = ([*shared_names, *(f"{w}-{k}" for k in range(9))] for w in ("mine", "yours"))
    failures: list[HarkenError] = []
    writers = [
        threading.Thread(target=write_many, args=(record, "blog", mine, failures)),
        threading.Thread(target=write_many, args=(record, "forum", yours[::-1], failures)),
    ]
    for writer in writers:
        writer.start()
    numbers: dict[str, int] = {}
    number = 0
    while any(w.is_alive() for w in writers) or feed(record, number, 1):
        portion = feed(record, number, 4)
        numbers |= {mention: n for n, mention in portion}
        number = portion[-1][0] if portion else number
    assert failures == []
    assert set(numbers) == {key(n) for n in (*mine, *yours)}
    assert numbers == {mention: n for n, mention in feed(record)}
    with record.read() as tx:
        new = tx.execute(select(tables.runs.c.new)).scalars().all()
    assert sum(new) == len(numbers)  # each mention was counted as new once
