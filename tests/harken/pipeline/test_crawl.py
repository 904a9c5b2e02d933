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
        rows = [("b", "feed", {}, 60), ("a", "feed", {}, 60), ("c", "forum", {}, 60)]
        sources.replace_from_file(tx, rows, now=NOON)
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


def test_due_sources_are_grouped_by_kind(record):
    assert due(record) == {"feed": ["a", "b"], "forum": ["c"]}


def test_limit_selects_the_sources_due_longest(record):
    with record.write() as tx:
        sources.schedule(tx, "a", due=NOON + MINUTE)
    assert due(record, NOON + MINUTE, limit=2) == {"feed": ["b"], "forum": ["c"]}


def test_later_and_removed_sources_are_not_due(record):
    with record.write() as tx:
        sources.schedule(tx, "a", due=NOON + MINUTE)
        sources.replace_from_file(tx, [("a", "feed", {}, 60), ("b", "feed", {}, 60)], now=NOON)
    assert due(record) == {"feed": ["b"]}


def test_crashed_crawl_is_a_failure_and_soon_due_again(record):
    start(record, "a", "b")
    with record.write() as tx:
        runs.finish(tx, "run-b", state="ok", reason=None, run_totals=runs.RunTotals(), now=NOON)
        sources.schedule(tx, "b", due=NOON + 15 * MINUTE)
    close_crawl(record, ["a", "b"], now=NOON)
    failed_source = source(record, "a")
    assert (failed_source.state, failed_source.failures, failed_source.reason) == (
        "failed",
        1,
        "the crawl process crashed",
    )
    assert NOON < failed_source.due < NOON + MINUTE
    finished_source = source(record, "b")
    assert (finished_source.state, finished_source.failures, finished_source.due) == (
        "new",
        0,
        NOON + 15 * MINUTE,
    )
    with record.read() as tx:
        assert runs.succeeded_since(tx, NOON - MINUTE) == {"b"}


def test_runs_of_other_crawls_stay_open(record):
    start(record, "a", "c")
    close_crawl(record, ["a"], now=NOON)
    close_crawl(record, ["a"], now=NOON)
    assert source(record, "a").failures == 1
    assert source(record, "c").state == "new"
    with record.write() as tx:
        assert runs.close_orphaned(tx, now=NOON) == ["c"]


def test_pages_of_a_crashed_run_stay(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a"), cursor={"page": 2})
    close_crawl(record, ["blog"], now=NOON)
    assert source(record, "blog").cursor == {"page": 2}
    with record.read() as tx:
        assert runs.counts(tx, "run-blog")["new"] == 1
