"""Sources, their runs, and the processes that crawl them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from store import processes, tables
from store.crawl import runs, sources
from store.crawl.runs import RunTotals
from store.crawl.sources import SourceRecord
from store.database import Database
from store.processes import ProcessStatus
from tests.store.factories import begin, dropped, hear, heard

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        begin(tx, "blog", "forum")


def one(record: Database, slug: str = "blog") -> SourceRecord:
    with record.read() as tx:
        return sources.by_slug(tx, [slug])[0]


def settle(record: Database, state: str, *, at, slug: str = "blog", reason: str | None = None):
    with record.write() as tx:
        sources.record_outcome(tx, slug, state=state, reason=reason, now=at)


def run(record: Database, name: str, *, at, slug: str = "blog", state: str = "ok") -> None:
    with record.write() as tx:
        runs.start(tx, name, slug, now=at)
        cost = RunTotals(requests=3, bytes=900, not_modified=1)
        runs.finish(tx, name, state=state, reason=None, run_totals=cost, now=at)


def test_a_source_starts_new_and_due_with_empty_cursor(record, now):
    told = one(record)
    assert (told.state, told.since, told.due, told.failures) == ("new", now, now, 0)
    assert (told.cursor, told.validators, told.backfilled, told.first_ok) == ({}, {}, None, None)


def test_the_file_changes_what_it_says_and_nothing_that_was_learnt(record, now):
    hear(record, cursor={"since": 5})
    settle(record, "ok", at=now)
    with record.write() as tx:
        sources.replace_from_file(tx, [("blog", "feed", {"url": "u"}, 60)], now=now + HOUR)
    told = one(record)
    assert (told.options, told.interval_s) == ({"url": "u"}, 60)
    assert (told.cursor, told.state, told.last_ok) == ({"since": 5}, "ok", now)


def test_what_the_file_no_longer_names_is_kept_but_inactive(record, now):
    with record.write() as tx:
        sources.replace_from_file(tx, [("forum", "forum", {}, 900)], now=now)
    with record.read() as tx:
        assert [s.slug for s in sources.active(tx)] == ["forum"]
        assert sources.by_slug(tx, ["blog"]) == []
        assert len(tx.execute(select(tables.sources.c.slug)).all()) == 2
    with record.write() as tx:
        begin_again = [("blog", "feed", {}, 900)]
        sources.replace_from_file(tx, begin_again, now=now)
        assert [s.slug for s in sources.active(tx)] == ["blog"]


def test_an_empty_file_leaves_no_source_active(record, now):
    with record.write() as tx:
        sources.replace_from_file(tx, [], now=now)
        assert sources.active(tx) == []


def test_due_are_those_whose_time_has_come_the_longest_waiting_first(record, now):
    with record.write() as tx:
        sources.schedule(tx, "forum", due=now - HOUR)
        assert [s.slug for s in sources.due(tx, now=now, limit=9)] == ["forum", "blog"]
        assert [s.slug for s in sources.due(tx, now=now, limit=1)] == ["forum"]
        sources.schedule(tx, "blog", due=now + HOUR)
        assert [s.slug for s in sources.due(tx, now=now, limit=9)] == ["forum"]


def test_failures_are_counted_in_a_row_and_forgotten_by_a_success(record, now):
    for k in range(3):
        settle(record, "failed", at=now + k * HOUR, reason="503")
    told = one(record)
    assert (told.state, told.failures, told.reason, told.since) == ("failed", 3, "503", now)
    settle(record, "ok", at=now + 9 * HOUR)
    told = one(record)
    assert (told.state, told.failures, told.reason) == ("ok", 0, None)
    assert told.since == told.first_ok == told.last_ok == now + 9 * HOUR


def test_the_first_success_is_remembered(record, now):
    settle(record, "ok", at=now)
    settle(record, "ok", at=now + HOUR)
    told = one(record)
    assert (told.first_ok, told.last_ok, told.since) == (now, now + HOUR, now)


def test_an_unknown_source_cannot_be_settled(record, now):
    with pytest.raises(NoResultFound):
        settle(record, "ok", slug="nobody", at=now)


def test_a_source_that_moved_is_asked_at_its_new_address_until_the_next_start(record, now):
    with record.write() as tx:
        sources.update_url(tx, "blog", "https://new.example")
    assert one(record).options == {"url": "https://new.example"}
    with record.write() as tx:
        sources.replace_from_file(tx, [("blog", "feed", {"url": "old"}, 900)], now=now)
    assert one(record).options == {"url": "old"}


def test_the_back_fill_has_ended_when_no_active_source_is_still_at_it(record, now):
    def ended():
        with record.read() as tx:
            return sources.backfill_completed_at(tx)

    assert ended() is None
    hear(record, cursor={"backfilled": True})
    settle(record, "ok", at=now)
    assert ended() is None  # the forum has not started
    settle(record, "failed", slug="forum", at=now)
    assert ended() == now  # a source that only fails does not count
    hear(record, cursor={"backfilled": True}, source="forum")
    settle(record, "ok", slug="forum", at=now + HOUR)
    settle(record, "ok", at=now + 2 * HOUR)
    assert ended() == now + HOUR


def test_expectation_counts_what_came_after_the_back_fill(record, now):
    hear(record, *(heard(f"old-{k}") for k in range(9)), cursor={"backfilled": True})
    with record.read() as tx:
        assert sources.mentions_per_hour(tx, now=now) == {}
    settle(record, "ok", at=now)
    run(record, "later", at=now + HOUR)
    hear(record, heard("a"), heard("b"), heard("c"), heard("d"), run="later")
    with record.read() as tx:
        assert (
            sources.mentions_per_hour(tx, now=now + 2 * HOUR) == {}
        )  # an hour is too short for a rate
        assert sources.mentions_per_hour(tx, now=now + 3 * HOUR) == {"blog": 2.0}
        assert sources.mentions_per_hour(tx, now=now + timedelta(days=8)) == {}


def test_traffic_is_the_sum_over_the_runs_of_a_source(record, now):
    run(record, "r2", at=now)
    run(record, "r3", at=now)
    hear(record, heard("a"), dropped("b"), run="r2")
    hear(record, dropped("b"), run="r3")
    with record.read() as tx:
        assert runs.totals(tx) == {
            "forum": RunTotals(),
            "blog": RunTotals(
                requests=6,
                bytes=1800,
                not_modified=2,
                fetched=3,
                new=1,
                dropped={"unmatched": 2},
            ),
        }


def test_lost_runs_are_closed_and_their_sources_named_once(record, now):
    run(record, "done", at=now)
    with record.write() as tx:
        runs.start(tx, "again", "blog", now=now)
        assert runs.close_orphaned(tx, now=now, source_slugs=["forum"]) == ["forum"]
        assert runs.close_orphaned(tx, now=now + HOUR) == ["blog"]
        assert runs.close_orphaned(tx, now=now + HOUR) == []
        rows = tx.execute(select(tables.runs.c.id, tables.runs.c.state, tables.runs.c.ended))
        assert {row.id: (row.state, row.ended) for row in rows} == {
            "done": ("ok", now),
            "again": ("lost", now + HOUR),
            "run-blog": ("lost", now + HOUR),
            "run-forum": ("lost", now),
        }


def test_good_sources_are_those_of_which_a_later_run_ended_well(record, now):
    run(record, "early", at=now)
    run(record, "late", at=now + HOUR)
    run(record, "bad", at=now + HOUR, slug="forum", state="failed")
    with record.read() as tx:
        assert runs.succeeded_since(tx, now) == {"blog"}
        assert runs.succeeded_since(tx, now + HOUR) == set()


def test_one_run_tells_what_became_of_its_posts(record, now):
    hear(record, heard("a"), dropped("b"))
    with record.read() as tx:
        assert runs.counts(tx, "run-blog") == {
            "requests": 0,
            "fetched": 2,
            "known": 0,
            "edited": 0,
            "new": 1,
            "dropped": {"unmatched": 1},
        }


def test_processes_beat_fail_and_leave(record, now):
    worker = ProcessStatus(
        name="analyse", pid=7, host="h", started=now, beat=now, state="working", reason=None
    )
    other = replace(worker, name="console", pid=8)
    with record.write() as tx:
        processes.beat(tx, other)
        processes.beat(tx, worker)
        processes.beat(tx, replace(worker, pid=9, beat=now + HOUR))
        processes.mark_failing(tx, "analyse", reason="out of memory")
        assert processes.all_processes(tx) == [
            replace(worker, pid=9, beat=now + HOUR, state="failing", reason="out of memory"),
            other,
        ]
        processes.remove(tx, "analyse")
        assert processes.all_processes(tx) == [other]
