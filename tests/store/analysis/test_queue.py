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
from tests.store.factories import HOLD, begin, finding, hear, heard, key


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        begin(tx, "blog")


def claim(record: Database, owner: str, *, at, limit: int = 10) -> list[str]:
    with record.write() as tx:
        return [p.id for p in lease(tx, owner, limit=limit, now=at, lease_time=HOLD)]


def find(record: Database, *found, at) -> int:
    with record.write() as tx:
        return save_results(tx, found, now=at)


def test_a_lease_hands_over_what_the_model_needs(record, now):
    hear(record, heard("a", "Ça freine.", language="fr"))
    with record.write() as tx:
        (pending,) = lease(tx, "w1", limit=5, now=now, lease_time=HOLD)
    assert (pending.id, pending.text, pending.claimed_language) == (key("a"), "Ça freine.", "fr")
    assert pending.text_sha256 == heard("a", "Ça freine.").text_sha256
    assert pending.attempts == 0


def test_two_workers_never_share_a_mention(record, now):
    hear(record, *(heard(n) for n in "abcde"))
    first = claim(record, "w1", at=now, limit=3)
    second = claim(record, "w2", at=now, limit=3)
    assert (len(first), len(second)) == (3, 2)
    assert set(first) | set(second) == {key(n) for n in "abcde"}
    assert claim(record, "w3", at=now) == []


def test_a_worker_does_not_get_twice_what_it_holds(record, now):
    hear(record, heard("a"))
    assert claim(record, "w1", at=now) == [key("a")]
    assert claim(record, "w1", at=now) == []


def test_a_lease_that_ran_out_is_claimed_like_a_fresh_one_and_counted(record, now):
    hear(record, heard("a"))
    claim(record, "w1", at=now)
    assert claim(record, "w2", at=now + HOLD - timedelta(microseconds=1)) == []
    with record.write() as tx:
        (pending,) = lease(tx, "w2", limit=5, now=now + HOLD, lease_time=HOLD)
    assert pending.attempts == 1
    assert claim(record, "w1", at=now + HOLD) == []


def test_the_newest_published_come_first_even_when_heard_before_a_back_fill(record, now):
    hear(record, heard("new", published=now), at=now)
    hear(record, heard("old", published=now - timedelta(days=9)), at=now + HOLD)
    assert claim(record, "w1", at=now + HOLD, limit=1) == [key("new")]


def test_the_leases_of_a_dead_worker_are_free_at_once_and_counted(record, now):
    hear(record, heard("a"), heard("b"))
    claim(record, "w1", at=now)
    with record.write() as tx:
        release(tx, "w2")
        assert lease(tx, "w3", limit=5, now=now, lease_time=HOLD) == []
        release(tx, "w1")
        again = lease(tx, "w2", limit=5, now=now, lease_time=HOLD)
    assert [p.attempts for p in again] == [1, 1]


def test_a_deleted_mention_is_neither_leased_nor_waited_for(record, now):
    hear(record, heard("a"))
    with record.write() as tx:
        tx.execute(update(tables.mentions).values(state=MentionState.DELETED))
    assert claim(record, "w1", at=now) == []
    with record.read() as tx:
        assert backlog(tx) == (0, None)


def test_the_backlog_is_how_many_wait_and_since_when(record, now):
    hear(record, heard("a", published=now - HOLD), at=now)
    hear(record, heard("b"), at=now + HOLD)
    with record.read() as tx:
        assert backlog(tx) == (2, now)
    find(record, finding("a"), at=now)
    with record.read() as tx:
        assert backlog(tx) == (1, now + HOLD)


def test_two_workers_at_once_share_a_backlog(record, now):
    hear(record, *(heard(f"m{k}") for k in range(60)))
    taken: list[str] = []

    def work(owner: str) -> None:
        while found := claim(record, owner, at=now, limit=4):
            taken.extend(found)

    workers = [threading.Thread(target=work, args=(owner,)) for owner in ("w1", "w2")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(taken) == sorted(key(f"m{k}") for k in range(60))


def test_who_looked_before_another_claimed_gets_nothing_of_it(record, now):
    """On PostgreSQL a worker may select by a view that is a moment old."""
    hear(record, heard("a"), heard("b"))
    claim(record, "w1", at=now, limit=1)
    ids = [key("a"), key("b")]
    with record.write() as tx:
        first = queue._acquire_leases(tx, "w2", ids, now=now, until=now + HOLD)
        late = queue._acquire_leases(tx, "w3", ids, now=now + HOLD, until=now + 2 * HOLD)
    assert list(first.values()) == [0]
    assert late == dict.fromkeys(ids, 1)
