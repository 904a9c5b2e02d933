"""Leases: no two workers analyse the same mention at once, and none is lost."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.mention import MentionState
from store import tables
from store.analysis import queue
from store.analysis.queue import backlog, lease, release
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import HOLD, add_sources, analysis_result, crawled_post, key, store_page


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog")


def lease_ids(record: Database, owner: str, *, at, limit: int = 10) -> list[str]:
    with record.write() as tx:
        return [p.id for p in lease(tx, owner, limit=limit, now=at, lease_time=HOLD)]


def save(record: Database, *results, at) -> int:
    with record.write() as tx:
        return save_results(tx, results, now=at)


def test_lease_returns_the_input_of_the_model(record, now):
    store_page(record, crawled_post("a", "Ça freine.", language="fr"))
    with record.write() as tx:
        (pending,) = lease(tx, "w1", limit=5, now=now, lease_time=HOLD)
    assert (pending.id, pending.text, pending.claimed_language) == (key("a"), "Ça freine.", "fr")
    assert pending.text_sha256 == crawled_post("a", "Ça freine.").text_sha256
    assert pending.attempts == 0


def test_two_workers_never_lease_the_same_mention(record, now):
    store_page(record, *(crawled_post(n) for n in "abcde"))
    first = lease_ids(record, "w1", at=now, limit=3)
    second = lease_ids(record, "w2", at=now, limit=3)
    assert (len(first), len(second)) == (3, 2)
    assert set(first) | set(second) == {key(n) for n in "abcde"}
    assert lease_ids(record, "w3", at=now) == []


def test_leased_mention_is_not_leased_again(record, now):
    store_page(record, crawled_post("a"))
    assert lease_ids(record, "w1", at=now) == [key("a")]
    assert lease_ids(record, "w1", at=now) == []


def test_expired_lease_is_free_and_counts_an_attempt(record, now):
    store_page(record, crawled_post("a"))
    lease_ids(record, "w1", at=now)
    assert lease_ids(record, "w2", at=now + HOLD - timedelta(microseconds=1)) == []
    with record.write() as tx:
        (pending,) = lease(tx, "w2", limit=5, now=now + HOLD, lease_time=HOLD)
    assert pending.attempts == 1
    assert lease_ids(record, "w1", at=now + HOLD) == []


def test_newest_published_is_leased_first_during_a_backfill(record, now):
    store_page(record, crawled_post("new", published=now), at=now)
    store_page(record, crawled_post("old", published=now - timedelta(days=9)), at=now + HOLD)
    assert lease_ids(record, "w1", at=now + HOLD, limit=1) == [key("new")]


def test_released_leases_are_free_at_once_and_count_an_attempt(record, now):
    store_page(record, crawled_post("a"), crawled_post("b"))
    lease_ids(record, "w1", at=now)
    with record.write() as tx:
        release(tx, "w2")
        assert lease(tx, "w3", limit=5, now=now, lease_time=HOLD) == []
        release(tx, "w1")
        again = lease(tx, "w2", limit=5, now=now, lease_time=HOLD)
    assert [p.attempts for p in again] == [1, 1]


def test_deleted_mention_is_not_part_of_the_backlog(record, now):
    store_page(record, crawled_post("a"))
    with record.write() as tx:
        tx.execute(update(tables.mentions).values(state=MentionState.DELETED))
    assert lease_ids(record, "w1", at=now) == []
    with record.read() as tx:
        assert backlog(tx) == (0, None)


def test_backlog_has_count_and_start(record, now):
    store_page(record, crawled_post("a", published=now - HOLD), at=now)
    store_page(record, crawled_post("b"), at=now + HOLD)
    with record.read() as tx:
        assert backlog(tx) == (2, now)
    save(record, analysis_result("a"), at=now)
    with record.read() as tx:
        assert backlog(tx) == (1, now + HOLD)


def test_two_concurrent_workers_share_a_backlog(record, now):
    store_page(record, *(crawled_post(f"m{k}") for k in range(60)))
    leased_ids: list[str] = []

    def work(owner: str) -> None:
        while ids := lease_ids(record, owner, at=now, limit=4):
            leased_ids.extend(ids)

    workers = [threading.Thread(target=work, args=(owner,)) for owner in ("w1", "w2")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(leased_ids) == sorted(key(f"m{k}") for k in range(60))


def test_leases_of_a_concurrent_worker_are_not_acquired(record, now):
    """On PostgreSQL a worker may select rows from a snapshot that is a moment old."""
    store_page(record, crawled_post("a"), crawled_post("b"))
    lease_ids(record, "w1", at=now, limit=1)
    ids = [key("a"), key("b")]
    with record.write() as tx:
        first = queue._acquire_leases(tx, "w2", ids, now=now, until=now + HOLD)
        late = queue._acquire_leases(tx, "w3", ids, now=now + HOLD, until=now + 2 * HOLD)
    assert list(first.values()) == [0]
    assert late == dict.fromkeys(ids, 1)
