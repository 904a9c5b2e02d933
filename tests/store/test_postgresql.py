"""Faults that need a database with several writers at once."""

import threading

import pytest
from sqlalchemy import text

from core.errors import TransientError
from core.mention import AnalysisState
from store import changes, mentions
from store.analysis.queue import lease
from store.analysis.verdicts import save_results
from store.crawl.pages import record_page
from store.database import Database
from tests.store.factories import (
    HOLD,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    page,
    store_page,
)

pytestmark = pytest.mark.service


@pytest.fixture
def record(postgresql_record: Database) -> Database:
    with postgresql_record.write() as tx:
        add_sources(tx, "blog", "forum")
    return postgresql_record


def feed(record: Database) -> list[tuple[int, str]]:
    with record.read() as tx:
        return changes.read_after(tx, 0, 100)


def test_numbers_of_a_slow_writer_become_visible_first(record):
    """With a sequence, number 2 (fast) would be visible before number 1 (slow)."""
    fast = threading.Thread(target=lambda: store_page(record, crawled_post("fast"), source="forum"))
    with record.write() as slow:
        record_page(slow, page(crawled_post("slow")), now=NOON)
        fast.start()
        fast.join(0.5)  # it waits for the counter: its number must come after ours
        assert fast.is_alive()
        assert feed(record) == []
    fast.join(30)
    assert feed(record) == [(1, key("slow")), (2, key("fast"))]


def test_mention_of_two_concurrent_pages_is_new_once(record):
    counts_of_pages = []
    second = threading.Thread(
        target=lambda: counts_of_pages.append(
            store_page(record, crawled_post("a", "edited"), source="forum")
        )
    )
    with record.write() as first:
        counts_of_pages.append(record_page(first, page(crawled_post("a")), now=NOON))
        second.start()
        second.join(0.5)
        assert second.is_alive()
    second.join(30)
    assert [(t.new, t.edited) for t in counts_of_pages] == [(1, 0), (0, 1)]
    with record.read() as tx:
        (stored_mention,) = mentions.get(tx, [key("a")])
    assert (stored_mention.text, stored_mention.revision, stored_mention.sources) == (
        "edited",
        2,
        ("blog", "forum"),
    )


def test_result_for_a_text_edited_concurrently_is_not_used(record):
    store_page(record, crawled_post("a"))

    def save() -> None:
        with record.write() as tx:
            save_results(tx, [analysis_result("a")], now=NOON)

    late = threading.Thread(target=save)
    with record.write() as edit:
        record_page(edit, page(crawled_post("a", "edited")), now=NOON)
        late.start()
        late.join(0.5)
    late.join(30)
    with record.read() as tx:
        (stored_mention,) = mentions.get(tx, [key("a")])
    assert (stored_mention.analysis, stored_mention.verdict) == (AnalysisState.PENDING, None)


def test_lease_skips_rows_that_another_worker_locks(record):
    """Otherwise the second would wait for the first, get nothing and stop."""
    store_page(record, *(crawled_post(n) for n in "abcd"))
    with record.write() as one, record.write() as other:
        first = {p.id for p in lease(one, "w1", limit=2, now=NOON, lease_time=HOLD)}
        second = {p.id for p in lease(other, "w2", limit=2, now=NOON, lease_time=HOLD)}
    assert (len(first), len(second)) == (2, 2)
    assert not first & second


def test_read_transaction_has_one_snapshot(record):
    store_page(record, crawled_post("a"))
    with record.read() as tx:
        before = changes.last_number(tx)
        store_page(record, crawled_post("b"))
        assert changes.last_number(tx) == before


def test_lost_connection_is_a_transient_error(record):
    def terminate_own_connection() -> None:
        with record.write() as tx:
            add_sources(tx, "lost")
            tx.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(TransientError, match="The database does not respond"):
        terminate_own_connection()
    assert store_page(record, crawled_post("a")).new == 1
