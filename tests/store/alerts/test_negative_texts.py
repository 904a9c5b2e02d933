"""Queries of emails and pages for a watch that need no whole mentions."""

from datetime import timedelta

import pytest

from core.mention import AnalysisState, Sentiment
from store.alerts import observations
from store.analysis.verdicts import save_results
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    verdict,
)

HOUR = timedelta(hours=1)
SPAN = {"since": NOON - 24 * HOUR, "until": NOON}


@pytest.fixture
def record_with_mentions(record):
    """Insert negative and positive mentions of two watches; one is pending."""
    with record.write() as tx:
        add_sources(tx, "blog")
    posts = {
        "old": (NOON - 25 * HOUR, Sentiment.NEGATIVE),
        "first": (NOON - 3 * HOUR, Sentiment.NEGATIVE),
        "second": (NOON - 2 * HOUR, Sentiment.NEGATIVE),
        "praise": (NOON - 2 * HOUR, Sentiment.POSITIVE),
        "late": (NOON, Sentiment.NEGATIVE),
    }
    store_page(record, *(crawled_post(name, published=at) for name, (at, _) in posts.items()))
    store_page(record, crawled_post("theirs", published=NOON - HOUR, matches={"rival": "r1"}))
    store_page(record, crawled_post("pending", published=NOON - HOUR), at=NOON + HOUR)
    results = [
        analysis_result(name, verdicts=(verdict(sentiment=tone, topics=("brakes",)),))
        for name, (_, tone) in posts.items()
    ]
    unscored = analysis_result("theirs", analysis=AnalysisState.UNSCORED, verdicts=(), vector=None)
    with record.write() as tx:
        save_results(tx, [*results, unscored], now=NOON)
    return record


def test_negative_texts_of_a_watch_newest_first(record_with_mentions):
    with record_with_mentions.read() as tx:
        texts = observations.negative_texts(tx, "acme", **SPAN, limit=10)
        newest = observations.negative_texts(tx, "acme", **SPAN, limit=1)
    assert [w.id for w in texts] == [key("second"), key("first")]
    assert newest == texts[:1]
    assert texts[0].text == "The brake is loud."


def test_hourly_counts_of_a_watch_and_of_its_topic(record_with_mentions):
    with record_with_mentions.read() as tx:
        whole = observations.hourly_counts(tx, "acme", topic=None, **SPAN)
        brakes = observations.hourly_counts(tx, "acme", topic="brakes", **SPAN)
        rival = observations.hourly_counts(tx, "rival", topic=None, **SPAN)
        assert observations.hourly_counts(tx, "acme", topic="brake", **SPAN) == {}
    assert whole == brakes == {NOON - 3 * HOUR: 1, NOON - 2 * HOUR: 2}
    assert rival == {NOON - HOUR: 1}


def test_unscored_since_is_the_first_sighting_of_a_pending_mention(record_with_mentions):
    with record_with_mentions.read() as tx:
        assert observations.unscored_since(tx, until=NOON) == NOON + HOUR
        assert observations.unscored_since(tx, until=NOON - HOUR) is None
