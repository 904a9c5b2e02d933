"""Due sources before a crawl, and lost runs after it."""

from datetime import timedelta

import pytest

from harken.pipeline.crawl import close_crawl, due_sources
from store.crawl import runs, sources
from tests.store.factories import NOON, add_sources, crawled_post, store_page

MINUTE = timedelta(minutes=1)


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        listed = [("b", "feed", {}, 60), ("a", "feed", {}, 60), ("c", "forum", {}, 60)]
        sources.replace_from_file(tx, listed, now=NOON)
    return sqlite_record


def due(record, now=NOON, limit=99):
    return due_sources(record, now=now, limit=limit)


def source(record, slug):
    with record.read() as tx:
        return sources.by_slug(tx, [slug])[0]


def start(record, *slugs):
    with record.write() as tx:
        for slug in slugs:
            runs.start(tx, f"run-{slug}", slug, now=NOON)


def test_due_sources_come_by_kind(record):
    assert due(record) == {"feed": ["a", "b"], "forum": ["c"]}


def test_no_more_than_asked_for_and_the_longest_waiting_first(record):
    with record.write() as tx:
        sources.schedule(tx, "a", due=NOON + MINUTE)
    assert due(record, NOON + MINUTE, limit=2) == {"feed": ["b"], "forum": ["c"]}


def test_what_is_not_due_or_not_listened_to_is_not_crawled(record):
    with record.write() as tx:
        sources.schedule(tx, "a", due=NOON + MINUTE)
        sources.replace_from_file(tx, [("a", "feed", {}, 60), ("b", "feed", {}, 60)], now=NOON)
    assert due(record) == {"feed": ["b"]}


def test_a_crawl_that_died_is_a_lost_run_and_its_source_is_due_soon(record):
    start(record, "a", "b")
    with record.write() as tx:
        runs.finish(tx, "run-b", state="ok", reason=None, run_totals=runs.RunTotals(), now=NOON)
        sources.schedule(tx, "b", due=NOON + 15 * MINUTE)
    close_crawl(record, ["a", "b"], now=NOON)
    lost = source(record, "a")
    assert (lost.state, lost.failures, lost.reason) == ("failed", 1, "the crawl process crashed")
    assert NOON < lost.due < NOON + MINUTE
    well = source(record, "b")
    assert (well.state, well.failures, well.due) == ("new", 0, NOON + 15 * MINUTE)
    with record.read() as tx:
        assert runs.succeeded_since(tx, NOON - MINUTE) == {"b"}


def test_the_runs_of_other_crawls_go_on(record):
    start(record, "a", "c")
    close_crawl(record, ["a"], now=NOON)
    close_crawl(record, ["a"], now=NOON)
    assert source(record, "a").failures == 1
    assert source(record, "c").state == "new"
    with record.write() as tx:
        assert runs.close_orphaned(tx, now=NOON) == ["c"]


def test_what_a_lost_run_had_recorded_stays(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a"), cursor={"page": 2})
    close_crawl(record, ["blog"], now=NOON)
    assert source(record, "blog").cursor == {"page": 2}
    with record.read() as tx:
        assert runs.counts(tx, "run-blog")["new"] == 1
