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
from tests.store.factories import add_sources, crawled_post, dropped_post, store_page

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog", "forum")


def read_source(record: Database, slug: str = "blog") -> SourceRecord:
    with record.read() as tx:
        return sources.by_slug(tx, [slug])[0]


def record_outcome(
    record: Database, state: str, *, at, slug: str = "blog", reason: str | None = None
):
    with record.write() as tx:
        sources.record_outcome(tx, slug, state=state, reason=reason, now=at)


def add_run(record: Database, name: str, *, at, slug: str = "blog", state: str = "ok") -> None:
    with record.write() as tx:
        runs.start(tx, name, slug, now=at)
        cost = RunTotals(requests=3, bytes=900, not_modified=1)
        runs.finish(tx, name, state=state, reason=None, run_totals=cost, now=at)


def test_new_source_is_due_with_an_empty_cursor(record, now):
    source = read_source(record)
    assert (source.state, source.since, source.due, source.failures) == ("new", now, now, 0)
    assert (source.cursor, source.validators, source.backfilled, source.first_ok) == (
        {},
        {},
        None,
        None,
    )


def test_file_changes_options_and_keeps_cursor_and_state(record, now):
    store_page(record, cursor={"since": 5})
    record_outcome(record, "ok", at=now)
    with record.write() as tx:
        sources.replace_from_file(tx, [("blog", "feed", {"url": "u"}, 60)], now=now + HOUR)
    source = read_source(record)
    assert (source.options, source.interval_s) == ({"url": "u"}, 60)
    assert (source.cursor, source.state, source.last_ok) == ({"since": 5}, "ok", now)


def test_source_missing_in_the_file_is_inactive(record, now):
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


def test_empty_file_makes_every_source_inactive(record, now):
    with record.write() as tx:
        sources.replace_from_file(tx, [], now=now)
        assert sources.active(tx) == []


def test_due_sources_longest_waiting_first(record, now):
    with record.write() as tx:
        sources.schedule(tx, "forum", due=now - HOUR)
        assert [s.slug for s in sources.due(tx, now=now, limit=9)] == ["forum", "blog"]
        assert [s.slug for s in sources.due(tx, now=now, limit=1)] == ["forum"]
        sources.schedule(tx, "blog", due=now + HOUR)
        assert [s.slug for s in sources.due(tx, now=now, limit=9)] == ["forum"]


def test_success_resets_the_count_of_failures(record, now):
    for k in range(3):
        record_outcome(record, "failed", at=now + k * HOUR, reason="503")
    source = read_source(record)
    assert (source.state, source.failures, source.reason, source.since) == ("failed", 3, "503", now)
    record_outcome(record, "ok", at=now + 9 * HOUR)
    source = read_source(record)
    assert (source.state, source.failures, source.reason) == ("ok", 0, None)
    assert source.since == source.first_ok == source.last_ok == now + 9 * HOUR


def test_time_of_the_first_success_is_kept(record, now):
    record_outcome(record, "ok", at=now)
    record_outcome(record, "ok", at=now + HOUR)
    source = read_source(record)
    assert (source.first_ok, source.last_ok, source.since) == (now, now + HOUR, now)


def test_outcome_of_an_unknown_source_is_rejected(record, now):
    with pytest.raises(NoResultFound):
        record_outcome(record, "ok", slug="nobody", at=now)


def test_new_url_of_a_source_applies_until_the_next_start(record, now):
    with record.write() as tx:
        sources.update_url(tx, "blog", "https://new.example")
    assert read_source(record).options == {"url": "https://new.example"}
    with record.write() as tx:
        sources.replace_from_file(tx, [("blog", "feed", {"url": "old"}, 900)], now=now)
    assert read_source(record).options == {"url": "old"}


def test_backfill_is_complete_when_every_active_source_is(record, now):
    def completed_at():
        with record.read() as tx:
            return sources.backfill_completed_at(tx)

    assert completed_at() is None
    store_page(record, cursor={"backfilled": True})
    record_outcome(record, "ok", at=now)
    assert completed_at() is None  # the forum has not started
    record_outcome(record, "failed", slug="forum", at=now)
    assert completed_at() == now  # a source that only fails does not count
    store_page(record, cursor={"backfilled": True}, source="forum")
    record_outcome(record, "ok", slug="forum", at=now + HOUR)
    record_outcome(record, "ok", at=now + 2 * HOUR)
    assert completed_at() == now + HOUR


def test_hourly_rate_counts_mentions_after_the_backfill(record, now):
    store_page(record, *(crawled_post(f"old-{k}") for k in range(9)), cursor={"backfilled": True})
    with record.read() as tx:
        assert sources.mentions_per_hour(tx, now=now) == {}
    record_outcome(record, "ok", at=now)
    add_run(record, "later", at=now + HOUR)
    store_page(
        record,
        crawled_post("a"),
        crawled_post("b"),
        crawled_post("c"),
        crawled_post("d"),
        run="later",
    )
    with record.read() as tx:
        assert (
            sources.mentions_per_hour(tx, now=now + 2 * HOUR) == {}
        )  # an hour is too short for a rate
        assert sources.mentions_per_hour(tx, now=now + 3 * HOUR) == {"blog": 2.0}
        assert sources.mentions_per_hour(tx, now=now + timedelta(days=8)) == {}


def test_totals_are_sums_over_the_runs_of_a_source(record, now):
    add_run(record, "r2", at=now)
    add_run(record, "r3", at=now)
    store_page(record, crawled_post("a"), dropped_post("b"), run="r2")
    store_page(record, dropped_post("b"), run="r3")
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


def test_orphaned_runs_are_closed_and_reported_once(record, now):
    add_run(record, "done", at=now)
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


def test_succeeded_sources_have_a_later_successful_run(record, now):
    add_run(record, "early", at=now)
    add_run(record, "late", at=now + HOUR)
    add_run(record, "bad", at=now + HOUR, slug="forum", state="failed")
    with record.read() as tx:
        assert runs.succeeded_since(tx, now) == {"blog"}
        assert runs.succeeded_since(tx, now + HOUR) == set()


def test_counts_of_a_run(record, now):
    store_page(record, crawled_post("a"), dropped_post("b"))
    with record.read() as tx:
        assert runs.counts(tx, "run-blog") == {
            "requests": 0,
            "fetched": 2,
            "known": 0,
            "edited": 0,
            "new": 1,
            "arrivals": 2,
            "dropped": {"unmatched": 1},
        }


def test_processes_record_heartbeat_failure_and_exit(record, now):
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
