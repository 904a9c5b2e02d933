"""A mention that kills its workers comes last and alone, and harms no other mention."""

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
from tests.store.factories import HOLD, begin, finding, hear, heard, key


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        begin(tx, "blog")


def claim(
    record: Database, *, at: datetime, owner: str = "w1", limit: int = 10
) -> list[PendingMention]:
    with record.write() as tx:
        return lease(tx, owner, limit=limit, now=at, lease_time=HOLD)


def die_with(
    record: Database, name: str, *, at: datetime, times: int = ATTEMPTS_BEFORE_ISOLATION
) -> datetime:
    """Claim mention *name* so often without an end; return the time when it is free again."""
    for k in range(times):
        (held,) = claim(record, at=at + k * HOLD)
        assert (held.id, held.attempts) == (key(name), k)
    return at + times * HOLD


def test_a_suspect_waits_until_all_others_are_done_and_comes_alone(record, now):
    hear(record, heard("deadly"))
    later = die_with(record, "deadly", at=now)
    hear(record, *(heard(n, published=now - timedelta(days=9)) for n in "abc"), at=later)
    assert [p.id for p in claim(record, at=later)] == sorted(key(n) for n in "abc")
    (suspect,) = claim(record, at=later)
    assert (suspect.id, suspect.attempts) == (key("deadly"), ATTEMPTS_BEFORE_ISOLATION)
    assert claim(record, at=later) == []


def test_suspects_come_one_by_one(record, now):
    hear(record, heard("a"))
    later = die_with(record, "a", at=now)
    hear(record, heard("b"), at=later)
    later = die_with(record, "b", at=later)
    alone = [claim(record, at=later), claim(record, at=later, owner="w2")]
    assert sorted(p.id for some in alone for p in some) == sorted([key("a"), key("b")])
    assert [len(some) for some in alone] == [1, 1]


def test_one_claim_less_is_no_suspicion(record, now):
    hear(record, heard("slow"))
    later = die_with(record, "slow", at=now, times=ATTEMPTS_BEFORE_ISOLATION - 1)
    hear(record, heard("b"), at=later)
    assert {p.id for p in claim(record, at=later)} == {key("slow"), key("b")}


def test_a_worker_that_ends_well_frees_of_suspicion(record, now):
    hear(record, heard("a"))
    later = die_with(record, "a", at=now)
    with record.write() as tx:
        assert save_results(tx, [finding("a")], now=later) == 1
    hear(record, heard("a", "edited"), heard("b"), at=later)
    assert [p.attempts for p in claim(record, at=later)] == [0, 0]


def test_who_takes_over_after_a_death_counts_it(record, now):
    """A successor calls `release` at once after the death of its predecessor."""
    hear(record, heard("a"))
    for k in range(ATTEMPTS_BEFORE_ISOLATION):
        (held,) = claim(record, at=now)
        assert held.attempts == k
        with record.write() as tx:
            release(tx, "w1")
    hear(record, heard("b"), at=now)
    assert [p.id for p in claim(record, at=now)] == [key("b")]


def test_work_that_is_given_back_was_never_claimed(record, now):
    """A broken model is no fault of the texts: no mention becomes a suspect."""
    hear(record, heard("a"), heard("b"))
    for _ in range(2 * ATTEMPTS_BEFORE_ISOLATION):
        held = claim(record, at=now)
        assert [p.attempts for p in held] == [0, 0]
        with record.write() as tx:
            return_unstarted(tx, [p.id for p in held])
    assert len(claim(record, at=now)) == 2


def test_to_give_one_back_keeps_the_others(record, now):
    hear(record, heard("a"), heard("b"))
    claim(record, at=now)
    with record.write() as tx:
        return_unstarted(tx, [key("a"), key("nobody")])
        return_unstarted(tx, [])
    assert [p.id for p in claim(record, at=now, owner="w2")] == [key("a")]


def test_a_suspect_still_waits_in_the_backlog(record, now):
    """Until its quarantine it counts as pending."""
    hear(record, heard("a"))
    later = die_with(record, "a", at=now)
    with record.read() as tx:
        assert backlog(tx) == (1, now)
        assert tx.execute(select(tables.leases.c.until)).scalar() == later


def test_a_lease_is_held_to_the_microsecond(record, now):
    hear(record, heard("a"))
    claim(record, at=now)
    tick = timedelta(microseconds=1)
    assert claim(record, at=now + HOLD - tick, owner="w2") == []
    assert len(claim(record, at=now + HOLD, owner="w2")) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 99])
def test_whatever_the_portion_all_is_claimed_once_newest_first(record, now, limit):
    posts = [heard(f"m{k}", published=now - k * HOLD) for k in range(5)]
    hear(record, *posts)
    claimed: list[str] = []
    while some := claim(record, at=now, limit=limit):
        claimed += [p.id for p in some]
    assert claimed == [h.id for h in posts]


def test_the_findings_of_a_worker_that_lost_its_lease_count_all_the_same(record, now):
    """A slow result is valid; the second one changes nothing."""
    hear(record, heard("a"))
    claim(record, at=now)
    claim(record, at=now + HOLD, owner="w2")
    with record.write() as tx:
        assert save_results(tx, [finding("a")], now=now + HOLD) == 1
        assert save_results(tx, [finding("a")], now=now + HOLD) == 0
    assert claim(record, at=now + 9 * HOLD) == []
