"""A crawl is stored page by page, and its outcome sets the state of the source."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.settings import Settings, SourceSettings
from core.crawl import Listing, Post
from core.errors import ConfigError
from crawlers.job import CrawlJob, CrawlOutcome, FetchedPage
from crawlers.source import ParsedPage, SourceOptions
from harken.clock import Clock
from harken.pipeline.crawl import crawl_sources, parse_options
from harken.pipeline.database_sink import DatabaseSink
from store import mentions, tables, watches
from store.crawl import host_pauses, runs, sources
from tests.store.factories import NOON, add_sources, uri, watch

MINUTE = timedelta(minutes=1)
URL = "https://blog.example/feed"
ASSIGNMENT = CrawlJob(source="blog", kind="feed", options=SourceOptions(url=URL), run="run-blog")
FETCHED = FetchedPage(url=URL, validators={URL: {"etag": '"1"'}})


class Stopped(Clock):
    """Clock that stands at noon."""

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
    listed = (SourceSettings(slug="blog", kind="feed", every="30m"),)
    return Settings(state=tmp_path, sources=listed)


@pytest.fixture
def sink(record, settings):
    return DatabaseSink(record, settings, Stopped())


def post(name, text="My acme brake is loud", **said):
    known = {"published": NOON - MINUTE, "author": "bob", "platform": "blog.example"}
    return Post(uri=uri(name), url=uri(name), text=text, **known | said)


def heard(record):
    with record.read() as tx:
        return {m.uri: m for m in mentions.all_mentions(tx)}


def source(record, slug="blog"):
    with record.read() as tx:
        return sources.by_slug(tx, [slug])[0]


def tally(record):
    with record.read() as tx:
        return runs.counts(tx, "run-blog")


def test_a_page_is_mentions_tally_cursor_and_validators_at_once(record, sink):
    page = ParsedPage(posts=(post("a"), post("b"), post("c", "rivals")), cursor={"seen": "b"})
    sink.on_page(ASSIGNMENT, page, FETCHED)
    assert set(heard(record)) == {uri("a"), uri("b")}
    assert heard(record)[uri("a")].watches == ("acme",)
    assert heard(record)[uri("a")].sources == ("blog",)
    assert tally(record) | {"requests": None} == {
        "requests": None,
        "fetched": 3,
        "known": 0,
        "edited": 0,
        "new": 2,
        "dropped": {"unmatched": 1},
    }
    assert source(record).cursor == {"seen": "b"}
    assert source(record).validators == {URL: {"etag": '"1"'}}


def test_the_same_page_again_leaves_the_same_mentions(record, sink):
    page = ParsedPage(posts=(post("a"), post("b")))
    sink.on_page(ASSIGNMENT, page, FETCHED)
    before = heard(record)
    sink.on_page(ASSIGNMENT, page, FETCHED)
    assert heard(record) == before
    assert (tally(record)["new"], tally(record)["known"]) == (2, 2)


def test_of_what_nobody_listens_for_no_text_is_kept(record, sink):
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(post("c", "a secret about rivals"),)), FETCHED)
    with record.read() as tx:
        rows = [repr(tx.execute(select(t)).all()) for t in tables.metadata.sorted_tables]
    assert not [row for row in rows if "a secret" in row]


def test_what_is_older_than_the_retention_is_dropped_and_counted(record, sink):
    old = post("a", published=NOON - timedelta(days=91))
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(old, post("b"))), FETCHED)
    assert set(heard(record)) == {uri("b")}
    assert tally(record)["dropped"] == {"too_old": 1}


def test_an_author_is_a_voice_and_nowhere_a_name(record, sink):
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(post("a", author="Jane Q."), post("b"))), FETCHED)
    voices = {m.voice for m in heard(record).values()}
    assert len(voices) == 2
    with record.read() as tx:
        rows = [repr(tx.execute(select(t)).all()) for t in tables.metadata.sorted_tables]
    assert "Jane" not in "".join(rows)


def test_what_the_site_lists_no_more_is_deleted(record, sink):
    sink.on_page(ASSIGNMENT, ParsedPage(posts=(post("a"), post("b"))), FETCHED)
    listing = Listing(
        since=NOON - 60 * MINUTE,
        until=NOON,
        uris=frozenset([uri("b")]),
        before=NOON + MINUTE,  # a listing that began after both were crawled lacks a as well
    )
    sink.on_page(ASSIGNMENT, ParsedPage(listing=listing), FETCHED)
    states = {u: m.state for u, m in heard(record).items()}
    assert states == {uri("a"): "deleted", uri("b"): "live"}


def end(sink, **said):
    known = {"state": "ok", "requests": 3, "bytes": 900, "not_modified": 1}
    sink.on_finished(ASSIGNMENT, CrawlOutcome(**known | said))


def test_a_good_end_closes_the_run_and_makes_the_source_due_an_interval_later(record, sink):
    end(sink)
    after = source(record)
    assert (after.state, after.failures, after.due) == ("ok", 0, NOON + 30 * MINUTE)
    with record.read() as tx:
        traffic = runs.totals(tx)["blog"]
        assert runs.succeeded_since(tx, NOON - 2 * MINUTE) == {"blog"}
    assert (traffic.requests, traffic.bytes, traffic.not_modified) == (3, 900, 1)


@pytest.mark.parametrize("state", ["failed", "forbidden"])
def test_a_bad_end_is_told_with_its_reason_and_counted(record, sink, state):
    end(sink, state=state, reason="answered 500")
    end(sink, state=state, reason="answered 500")
    after = source(record)
    assert (after.state, after.reason, after.failures) == (state, "answered 500", 2)
    assert after.due == NOON + 60 * MINUTE


def test_a_source_that_fails_is_tried_ever_less_but_never_given_up(record, sink):
    waits = []
    for _ in range(6):
        end(sink, state="failed", reason="answered 500")
        waits.append((source(record).due - NOON) // MINUTE)
    assert waits == [30, 60, 120, 240, 240, 240]


def test_a_host_that_asks_for_a_rest_closes_for_all_and_the_source_waits_at_least_so_long(
    record, sink
):
    end(sink, state="waiting", retry_at=NOON + 2 * 60 * MINUTE, host="blog.example:443")
    assert source(record).due == NOON + 2 * 60 * MINUTE
    with record.read() as tx:
        assert host_pauses.paused_hosts(tx, now=NOON) == {"blog.example:443": NOON + 120 * MINUTE}


def test_a_short_rest_is_no_reason_to_come_sooner(record, sink):
    end(sink, state="waiting", retry_at=NOON + MINUTE, host="blog.example:443")
    assert source(record).due == NOON + 30 * MINUTE


def test_a_source_that_moved_is_found_at_its_new_address(record, sink):
    end(sink, new_url="https://new.example/feed")
    assert source(record).options["url"] == "https://new.example/feed"


def test_a_304_leaves_the_record_as_it_is(record, sink):
    before = source(record)
    sink.not_modified(ASSIGNMENT, URL)
    assert source(record) == before


def test_an_unknown_source_is_told_with_the_known_ones(record, settings):
    settings = settings.model_copy(update={"record": record.url})
    with pytest.raises(ConfigError, match=r"Unknown source 'blgo'\. Known: blog, forum"):
        crawl_sources(settings, Stopped(), ["blog", "blgo"])
    assert tally(record)["fetched"] == 0


def test_a_source_with_wrong_options_is_broken_and_not_tried_every_second(record, settings):
    with record.write() as tx:
        sources.replace_from_file(tx, [("blog", "feed", {"url": "ftp://x"}, 900)], now=NOON)
    settings = settings.model_copy(update={"record": record.url})
    with pytest.raises(ConfigError, match=r"source blog: source kind 'feed': url: "):
        crawl_sources(settings, Stopped(), [])
    after = source(record)
    assert (after.state, after.failures, after.first_ok) == ("failed", 1, None)
    assert "url" in after.reason
    assert after.due == NOON + timedelta(seconds=900)


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("fead", {"url": URL}, "Did you mean 'feed'"),
        ("feed", {}, "url: Field required"),
        ("feed", {"url": URL, "pages": 3}, "pages: Extra inputs are not permitted"),
        ("feed", {"url": URL, "backfill_days": -1}, "backfill_days: "),
    ],
)
def test_a_wrong_option_is_named_with_its_kind(kind, options, told):
    with pytest.raises(ConfigError) as caught:
        parse_options(kind, options)
    assert told in str(caught.value)
    assert kind in str(caught.value)


def test_right_options_are_the_kinds_own_value():
    assert parse_options("feed", {"url": URL, "backfill_days": 7}).backfill_days == 7
