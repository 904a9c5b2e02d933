"""Counts of a watch use the verdict towards it if a text names several."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from core.mention import AnalysisState, Sentiment
from store import mentions, tables
from store.alerts import observations
from store.analysis import queue
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import (
    HOLD,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    verdict,
)

DAY = timedelta(days=1)
TONES = st.sampled_from([None, *Sentiment])


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog")


def test_leased_mention_has_its_watches(record):
    store_page(
        record,
        crawled_post("a", matches={"globex": "r", "acme": "r"}),
        crawled_post("b", matches={}),
    )
    with record.write() as tx:
        pending = queue.lease(tx, "w", limit=9, now=NOON, lease_time=HOLD)
    assert {p.id: p.watches for p in pending} == {key("a"): ("acme", "globex")}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(TONES, TONES, TONES)
def test_observation_has_the_sentiment_for_its_watch(record, whole, acme, globex):
    """The SQL and core.mention.Mention.sentiment_for are the same rule."""
    watch_verdicts = [
        verdict(watch=w, sentiment=s) for w, s in [("acme", acme), ("globex", globex)] if s
    ]
    store_page(record, crawled_post("two", matches={"acme": "r", "globex": "r", "rest": "r"}))
    with record.write() as tx:
        tx.execute(delete(tables.verdicts))
        tx.execute(update(tables.mentions).values(analysis=AnalysisState.PENDING))
        result = analysis_result(
            "two", verdicts=(verdict(sentiment=whole), *(watch_verdicts if whole else ()))
        )
        save_results(tx, [result], now=NOON)
    with record.read() as tx:
        (mention,) = mentions.get(tx, [key("two")])
        for slug in ("acme", "globex", "rest"):
            (observation,) = observations.observations(tx, slug, since=NOON, until=NOON + DAY)
            texts = observations.negative_texts(tx, slug, since=NOON, until=NOON + DAY, limit=9)
            assert observation.sentiment == mention.sentiment_for(slug)
            assert observation.topics == ("safety",)
            assert bool(texts) == (observation.sentiment is Sentiment.NEGATIVE)


def test_watch_verdict_of_another_model_or_text_does_not_count(record):
    store_page(record, crawled_post("a", matches={"acme": "r", "globex": "r"}))
    happy = {"watch": "acme", "sentiment": Sentiment.POSITIVE}
    with record.write() as tx:
        others = (verdict(), verdict(model="old", **happy), verdict("older text", **happy))
        save_results(tx, [analysis_result("a", verdicts=others)], now=NOON)
    with record.read() as tx:
        (observation,) = observations.observations(tx, "acme", since=NOON, until=NOON + DAY)
    assert observation.sentiment is Sentiment.NEGATIVE
