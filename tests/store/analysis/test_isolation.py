"""A mention that kills its workers is leased last and alone, and affects no other mention."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.analysis import PendingMention
from store import tables
from store.analysis.queue import (
    ATTEMPTS_BEFORE_ISOLATION,
    backlog,
    lease,
    release,
    return_unstarted,
)
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import HOLD, add_sources, analysis_result, crawled_post, key, store_page


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog")


def lease_batch(
    record: Database, *, at: datetime, owner: str = "w1", limit: int = 10
) -> list[PendingMention]:
    with record.write() as tx:
        return lease(tx, owner, limit=limit, now=at, lease_time=HOLD)


def lease_without_result(
    record: Database, name: str, *, at: datetime, times: int = ATTEMPTS_BEFORE_ISOLATION
) -> datetime:
    """Lease mention *name* repeatedly; return the time when it is free again."""
    for k in range(times):
        (pending,) = lease_batch(record, at=at + k * HOLD)
        assert (pending.id, pending.attempts) == (key(name), k)
    return at + times * HOLD


def test_suspect_is_leased_alone_after_all_others(record, now):
    store_page(record, crawled_post("deadly"))
    later = lease_without_result(record, "deadly", at=now)
    store_page(
        record, *(crawled_post(n, published=now - timedelta(days=9)) for n in "abc"), at=later
    )
    assert [p.id for p in lease_batch(record, at=later)] == sorted(key(n) for n in "abc")
    (suspect,) = lease_batch(record, at=later)
    assert (suspect.id, suspect.attempts) == (key("deadly"), ATTEMPTS_BEFORE_ISOLATION)
    assert lease_batch(record, at=later) == []


def test_suspects_are_leased_one_by_one(record, now):
    store_page(record, crawled_post("a"))
    later = lease_without_result(record, "a", at=now)
    store_page(record, crawled_post("b"), at=later)
    later = lease_without_result(record, "b", at=later)
    leases = [lease_batch(record, at=later), lease_batch(record, at=later, owner="w2")]
    assert sorted(p.id for batch in leases for p in batch) == sorted([key("a"), key("b")])
    assert [len(batch) for batch in leases] == [1, 1]


def test_mention_with_fewer_attempts_is_no_suspect(record, now):
    store_page(record, crawled_post("slow"))
    later = lease_without_result(record, "slow", at=now, times=ATTEMPTS_BEFORE_ISOLATION - 1)
    store_page(record, crawled_post("b"), at=later)
    assert {p.id for p in lease_batch(record, at=later)} == {key("slow"), key("b")}


def test_result_resets_the_attempts(record, now):
    store_page(record, crawled_post("a"))
    later = lease_without_result(record, "a", at=now)
    with record.write() as tx:
        assert save_results(tx, [analysis_result("a")], now=later) == 1
    store_page(record, crawled_post("a", "edited"), crawled_post("b"), at=later)
    assert [p.attempts for p in lease_batch(record, at=later)] == [0, 0]


def test_release_after_a_killed_worker_counts_an_attempt(record, now):
    """A successor calls `release` at once after the death of its predecessor."""
    store_page(record, crawled_post("a"))
    for k in range(ATTEMPTS_BEFORE_ISOLATION):
        (pending,) = lease_batch(record, at=now)
        assert pending.attempts == k
        with record.write() as tx:
            release(tx, "w1")
    store_page(record, crawled_post("b"), at=now)
    assert [p.id for p in lease_batch(record, at=now)] == [key("b")]


def test_returned_work_counts_no_attempt(record, now):
    """A broken model is not caused by the texts: no mention becomes a suspect."""
    store_page(record, crawled_post("a"), crawled_post("b"))
    for _ in range(2 * ATTEMPTS_BEFORE_ISOLATION):
        pending = lease_batch(record, at=now)
        assert [p.attempts for p in pending] == [0, 0]
        with record.write() as tx:
            return_unstarted(tx, [p.id for p in pending])
    assert len(lease_batch(record, at=now)) == 2


def test_other_leases_stay_after_one_is_returned(record, now):
    store_page(record, crawled_post("a"), crawled_post("b"))
    lease_batch(record, at=now)
    with record.write() as tx:
        return_unstarted(tx, [key("a"), key("nobody")])
        return_unstarted(tx, [])
    assert [p.id for p in lease_batch(record, at=now, owner="w2")] == [key("a")]


def test_suspect_is_part_of_the_backlog(record, now):
    """It is pending until it is quarantined."""
    store_page(record, crawled_post("a"))
    later = lease_without_result(record, "a", at=now)
    with record.read() as tx:
        assert backlog(tx) == (1, now)
        assert tx.execute(select(tables.leases.c.until)).scalar() == later


def test_lease_ends_at_its_microsecond(record, now):
    store_page(record, crawled_post("a"))
    lease_batch(record, at=now)
    tick = timedelta(microseconds=1)
    assert lease_batch(record, at=now + HOLD - tick, owner="w2") == []
    assert len(lease_batch(record, at=now + HOLD, owner="w2")) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 99])
def test_all_are_leased_once_newest_first_in_any_batch_size(record, now, limit):
    posts = [crawled_post(f"m{k}", published=now - k * HOLD) for k in range(5)]
    store_page(record, *posts)
    ids: list[str] = []
    while batch := lease_batch(record, at=now, limit=limit):
        ids += [p.id for p in batch]
    assert ids == [h.id for h in posts]


def test_result_after_the_end_of_the_lease_is_saved(record, now):
    """A slow result is valid; the second one changes nothing."""
    store_page(record, crawled_post("a"))
    lease_batch(record, at=now)
    lease_batch(record, at=now + HOLD, owner="w2")
    with record.write() as tx:
        assert save_results(tx, [analysis_result("a")], now=now + HOLD) == 1
        assert save_results(tx, [analysis_result("a")], now=now + HOLD) == 0
    assert lease_batch(record, at=now + 9 * HOLD) == []
