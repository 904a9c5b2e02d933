"""A crawl is stored page by page, and its outcome sets the state of the source."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.settings import Settings, SourceSettings
from core.crawl import Listing, Post
from core.errors import ConfigError
from core.role import Role
from crawlers.job import CrawlJob, CrawlOutcome, FetchedPage
from crawlers.source import ParsedPage, SourceOptions
from harken.clock import Clock
from harken.pipeline.crawl import crawl_sources, parse_options
from harken.pipeline.database_sink import DatabaseSink
from store import mentions, tables, watches
from store.crawl import gaps, host_pauses, runs, sources
from tests.store.factories import NOON, add_sources, uri, watch

MINUTE = timedelta(minutes=1)
URL = "https://blog.example/feed"
ASSIGNMENT = CrawlJob(source="blog", kind="feed", options=SourceOptions(url=URL), run="run-blog")
FETCHED = FetchedPage(url=URL, validators={URL: {"etag": '"1"'}})


class FixedClock(Clock):
    """Clock that is always at noon."""

    def now(self):
        return NOON


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [watch(retention_days=90)], [])
        add_sources(tx, "blog", "forum", at=NOON - MINUTE)
    return sqlite_record


@pytest.fixture
def settings(tmp_path):
    blog = (SourceSettings(slug="blog", kind="feed", every="30m"),)
    return Settings(state=tmp_path, sources=blog)


@pytest.fixture
def sink(record, settings):
    return DatabaseSink(record, settings, FixedClock())


def post(name, text="My acme brake is loud", **fields):
    defaults = {"published": NOON - MINUTE, "author": "bob", "platform": "blog.example"}
    return Post(uri=uri(name), url=uri(name), text=text, **defaults | fields)


def mentions_by_uri(record):
    with record.read() as tx:
        return {m.uri: m for m in mentions.all_mentions(tx)}


def source(record, slug="blog"):
    with record.read() as tx:
        return sources.by_slug(tx, [slug])[0]


def run_counts(record):
    with record.read() as tx:
        return runs.counts(tx, "run-blog")


def test_page_stores_who_speaks(record, settings):
    """The watch has an own account, the source is owned, and the platform marks a bot."""
    with record.write() as tx:
        watches.replace_from_file(tx, [watch(own_accounts=("@Acme",))], [])
    posts = {
        "brand": post("brand", author="ACME"),
        "person": post("person"),
        "bot": post("bot", author="clock", author_role=Role.AUTOMATED),
    }
    page = ParsedPage(posts=tuple(posts.values()))
    DatabaseSink(record, settings, FixedClock()).on_page(ASSIGNMENT, page, FETCHED)
    roles = {name: mentions_by_uri(record)[uri(name)].role for name in posts}
    assert roles == {"brand": Role.BRAND, "person": Role.CUSTOMER, "bot": Role.AUTOMATED}
    owned = SourceSettings(slug="blog", kind="feed", owned=True)
    sink = DatabaseSink(record, Settings(state=settings.state, sources=(owned,)), FixedClock())
    answer = post("answer", parent=uri("more"))
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(post("more"), answer)), FETCHED)
    assert mentions_by_uri(record)[uri("more")].brand_of == ("acme",)
    assert mentions_by_uri(record)[uri("answer")].brand_of == ()


def test_page_stores_mentions_counts_cursor_and_validators(record, sink):
    page = ParsedPage(posts=(post("a"), post("b"), post("c", "rivals")), cursor={"seen": "b"})
    sink.on_page(ASSIGNMENT, page, FETCHED)
    assert set(mentions_by_uri(record)) == {uri("a"), uri("b")}
    assert mentions_by_uri(record)[uri("a")].watches == ("acme",)
    assert mentions_by_uri(record)[uri("a")].sources == ("blog",)
    assert run_counts(record) | {"requests": None} == {
        "requests": None,
        "fetched": 3,
        "known": 0,
        "edited": 0,
        "new": 2,
        "arrivals": 3,
        "dropped": {"unmatched": 1},
    }
    assert source(record).cursor == {"seen": "b"}
    assert source(record).validators == {URL: {"etag": '"1"'}}


def test_same_page_again_adds_no_mentions(record, sink):
    page = ParsedPage(posts=(post("a"), post("b")))
    sink.on_page(ASSIGNMENT, page, FETCHED)
    before = mentions_by_uri(record)
    sink.on_page(ASSIGNMENT, page, FETCHED)
    assert mentions_by_uri(record) == before
    assert (run_counts(record)["new"], run_counts(record)["known"]) == (2, 2)


def test_text_of_an_unmatched_post_is_not_stored(record, sink):
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(post("c", "a secret about rivals"),)), FETCHED)
    with record.read() as tx:
        rows = [repr(tx.execute(select(t)).all()) for t in tables.metadata.sorted_tables]
    assert not [row for row in rows if "a secret" in row]


def test_post_older_than_the_retention_is_dropped_and_counted(record, sink):
    old = post("a", published=NOON - timedelta(days=91))
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(old, post("b"))), FETCHED)
    assert set(mentions_by_uri(record)) == {uri("b")}
    assert run_counts(record)["dropped"] == {"too_old": 1}


def test_rows_without_a_post_are_counted_by_reason(record, sink):
    page = ParsedPage(
        posts=(post("a"), post("a", "My acme brake is silent"), post("c", "rivals")),
        row_drops={"unreadable": 2, "noindex": 1},
    )
    sink.on_page(ASSIGNMENT, page, FETCHED)
    counts = run_counts(record)
    assert counts["dropped"] == {"unmatched": 1, "unreadable": 2, "noindex": 1, "repeated": 1}
    assert counts["fetched"] == counts["new"] + sum(counts["dropped"].values())


def test_author_is_stored_as_a_voice_without_the_name(record, sink):
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(post("a", author="Jane Q."), post("b"))), FETCHED)
    voices = {m.voice for m in mentions_by_uri(record).values()}
    assert len(voices) == 2
    with record.read() as tx:
        rows = [repr(tx.execute(select(t)).all()) for t in tables.metadata.sorted_tables]
    assert "Jane" not in "".join(rows)


def test_post_missing_from_a_listing_is_deleted(record, sink):
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(post("a"), post("b"))), FETCHED)
    listing = Listing(
        since=NOON - 60 * MINUTE,
        until=NOON,
        uris=frozenset([uri("b")]),
        before=NOON + MINUTE,  # a listing that began after both were crawled lacks a as well
    )
    sink.on_page(ASSIGNMENT, ParsedPage(listing=listing), FETCHED)
    states = {u: m.state for u, m in mentions_by_uri(record).items()}
    assert states == {uri("a"): "deleted", uri("b"): "live"}


def finish_run(sink, **fields):
    defaults = {"state": "ok", "requests": 3, "bytes": 900, "not_modified": 1}
    sink.on_finished(ASSIGNMENT, CrawlOutcome(**defaults | fields))


def test_successful_run_makes_the_source_due_after_its_interval(record, sink):
    finish_run(sink)
    after = source(record)
    assert (after.state, after.failures, after.due) == ("ok", 0, NOON + 30 * MINUTE)
    with record.read() as tx:
        traffic = runs.totals(tx)["blog"]
        assert runs.succeeded_since(tx, NOON - 2 * MINUTE) == {"blog"}
    assert (traffic.requests, traffic.bytes, traffic.not_modified) == (3, 900, 1)


@pytest.mark.parametrize("state", ["failed", "forbidden"])
def test_failures_are_counted_with_the_last_reason(record, sink, state):
    finish_run(sink, state=state, reason="answered 500")
    finish_run(sink, state=state, reason="answered 500")
    after = source(record)
    assert (after.state, after.reason, after.failures) == (state, "answered 500", 2)
    assert after.due == NOON + 60 * MINUTE


def test_failing_source_is_tried_at_growing_intervals(record, sink):
    waits = []
    for _ in range(6):
        finish_run(sink, state="failed", reason="answered 500")
        waits.append((source(record).due - NOON) // MINUTE)
    assert waits == [30, 60, 120, 240, 240, 240]


def test_retry_after_pauses_the_host_and_the_source(record, sink):
    finish_run(sink, state="waiting", retry_at=NOON + 2 * 60 * MINUTE, host="blog.example:443")
    assert source(record).due == NOON + 2 * 60 * MINUTE
    with record.read() as tx:
        assert host_pauses.paused_hosts(tx, now=NOON) == {"blog.example:443": NOON + 120 * MINUTE}


def test_short_retry_after_does_not_shorten_the_interval(record, sink):
    finish_run(sink, state="waiting", retry_at=NOON + MINUTE, host="blog.example:443")
    assert source(record).due == NOON + 30 * MINUTE


def test_permanent_redirect_changes_the_url_of_the_source(record, sink):
    finish_run(sink, new_url="https://new.example/feed")
    assert source(record).options["url"] == "https://new.example/feed"


def test_304_changes_nothing(record, sink):
    before = source(record)
    sink.not_modified(ASSIGNMENT, URL)
    assert source(record) == before


def test_unknown_source_is_an_error_with_the_known_ones(record, settings):
    settings = settings.model_copy(update={"record": record.url})
    with pytest.raises(ConfigError, match=r"Unknown source 'blgo'\. Known: blog, forum"):
        crawl_sources(settings, FixedClock(), ["blog", "blgo"])
    assert run_counts(record)["fetched"] == 0


def test_source_with_wrong_options_fails_until_its_interval(record, settings):
    with record.write() as tx:
        sources.replace_from_file(tx, [("blog", "feed", {"url": "ftp://x"}, 900)], now=NOON)
    settings = settings.model_copy(update={"record": record.url})
    with pytest.raises(ConfigError, match=r"source blog: source kind 'feed': url: "):
        crawl_sources(settings, FixedClock(), [])
    after = source(record)
    assert (after.state, after.failures, after.first_ok) == ("failed", 1, None)
    assert "url" in after.reason
    assert after.due == NOON + timedelta(seconds=900)


def test_source_with_wrong_options_costs_no_other_one_and_no_result(record, settings, monkeypatch):
    rows = [
        ("blog", "feed", {"url": "http://blog.example:99999/feed"}, 900),
        ("forum", "feed", {"url": URL}, 900),
    ]
    with record.write() as tx:
        sources.replace_from_file(tx, rows, now=NOON)
    crawled = []
    monkeypatch.setattr("crawlers.spider.crawl", lambda jobs, *_, **__: crawled.extend(jobs))
    crawl_sources(settings.model_copy(update={"record": record.url}), FixedClock(), [])
    assert [job.source for job in crawled] == ["forum"]
    assert source(record).reason == (
        "source kind 'feed': url: port 99999 does not exist; ports are numbers from 1 to 65535"
    )


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("fead", {"url": URL}, "Did you mean 'feed'"),
        ("feed", {}, "url: Field required"),
        ("feed", {"url": URL, "pages": 3}, "pages: Extra inputs are not permitted"),
        ("feed", {"url": URL, "backfill_days": -1}, "backfill_days: "),
    ],
)
def test_wrong_option_is_an_error_with_its_kind(kind, options, message):
    with pytest.raises(ConfigError) as error:
        parse_options(kind, options)
    assert message in str(error.value)
    assert kind in str(error.value)


def test_valid_options_are_parsed():
    assert parse_options("feed", {"url": URL, "backfill_days": 7}).backfill_days == 7


def crawl_page(sink, *names, kind="feed", **fields):
    job = replace(ASSIGNMENT, kind=kind)
    posts = tuple(post(name, published=fields.get("published", NOON)) for name in names)
    page = ParsedPage(posts=posts, row_drops=fields.get("row_drops", {}))
    sink.on_page(job, page, FETCHED)
    sink.on_finished(job, CrawlOutcome(state="ok", requests=1, bytes=1, not_modified=0))


def crawl_again(record, sink, *names, **fields):
    """Crawl a page of *names* after the back-fill with the post old; return the gaps."""
    crawl_page(sink, "old")
    with record.write() as tx:
        tx.execute(tables.sources.update().values(backfilled=NOON, last_ok=NOON - MINUTE))
        tx.execute(tables.runs.update().values(fetched=0, arrivals=0, state="running"))
    crawl_page(sink, *names, **fields)
    with record.read() as tx:
        return [(gap.since, gap.until, gap.reason) for gap in gaps.gaps_since(tx, NOON - MINUTE)]


def test_feed_of_new_posts_alone_has_a_gap_before_them(record, sink):
    assert crawl_again(record, sink, "a", "b") == [(NOON - MINUTE, NOON, "overrun")]


def test_rows_without_an_id_hide_no_gap(record, sink):
    """No crawl knows a row without an id, or a second row of a post."""
    drops = {"unreadable": 1, "of_the_kind": 2}
    gaps_of_feed = crawl_again(record, sink, "a", "b", "b", row_drops=drops)
    assert gaps_of_feed == [(NOON - MINUTE, NOON, "overrun")]


def test_undated_posts_arrive_when_they_are_crawled(record, sink):
    """The silence of a source is measured by crawls: a post without a date proves that it lives."""
    crawl_page(sink, "a", "b", published=None)
    assert run_counts(record)["arrivals"] == 2
    with record.read() as tx:
        [run] = runs.ended_after(tx, {"blog": NOON - timedelta(days=1)})["blog"]
    assert (run.started, run.arrivals) == (NOON - MINUTE, 2)


def test_feed_with_a_known_post_has_no_gap(record, sink):
    assert crawl_again(record, sink, "a", "b", "old") == []


def test_platform_that_lists_new_posts_only_has_no_gap(record, sink):
    assert crawl_again(record, sink, "a", "b", kind="mastodon") == []


def test_first_crawl_and_one_post_are_no_gap(record, sink):
    assert crawl_again(record, sink, "a") == []
