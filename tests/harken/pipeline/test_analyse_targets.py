"""Mention of two brands, from crawl to counts: each watch has its own sentiment."""

from datetime import timedelta

import pytest

from core.mention import Intent, Sentiment
from harken import wiring
from harken.pipeline.analyse import analyse_batch
from nlp.topic_classifier import TopicClassifier
from store import mentions, watches
from store.alerts import observations
from tests.nlp.factories import WordModel
from tests.nlp.target_model import TargetModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page, watch

LATER = NOON + timedelta(minutes=1)
MIXED = "The Vélorra is a lovely bike but the oskelo is an awful one"
BOTH = {"acme": "r1", "globex": "r1"}


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
        watches.replace_from_file(
            tx, [watch("acme", "VELORRA"), watch("globex", "oskelo OR x1")], []
        )
    return sqlite_record


def store_and_analyse(record, model, text=MIXED, matches=BOTH):
    """Store *text*, score it with *model* and return the mention."""
    store_page(record, crawled_post("a", text, language="en", matches=matches))
    analyse_batch(record, model, TopicClassifier([], model.encode), owner="w", now=LATER)
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0]


def observed_sentiment(record, slug):
    """Return the sentiment that detection and digests count for the watch *slug*."""
    with record.read() as tx:
        (one,) = observations.observations(tx, slug, since=NOON, until=LATER)
    return one.sentiment


def test_each_watch_has_its_own_sentiment(record):
    mention = store_and_analyse(record, TargetModel())
    sentiments = {slug: mention.sentiment_for(slug) for slug in BOTH}
    assert sentiments == {"acme": Sentiment.POSITIVE, "globex": Sentiment.NEGATIVE}
    assert {slug: observed_sentiment(record, slug) for slug in BOTH} == sentiments
    assert mention.verdict.intents == (Intent.CHURN_RISK, Intent.COMPLAINT)


def test_model_without_targets_gives_both_watches_one_sentiment(record):
    assert store_and_analyse(record, WordModel()).verdicts == (mention_verdict(record),)
    assert (
        observed_sentiment(record, "acme")
        is observed_sentiment(record, "globex")
        is Sentiment.POSITIVE
    )


def mention_verdict(record):
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0].verdict


def test_terms_of_a_watch_are_spelled_as_in_the_text(record):
    """A query ignores case and accents; the model gets the spelling of the text."""
    assert wiring.term_matcher(wiring.watches(record))(MIXED, ["acme", "globex", "gone"]) == {
        "acme": ["Vélorra"],
        "globex": ["oskelo"],
    }


def test_next_batch_uses_an_edited_watch(record):
    with record.write() as tx:
        watches.replace_from_file(tx, [watch("acme", '"lovely bike"')], [])
    assert wiring.term_matcher(wiring.watches(record))(MIXED, BOTH) == {"acme": ["lovely bike"]}


def test_of_a_long_text_the_part_about_the_watch_is_scored(record):
    """A model without targets does it, too."""
    filler = "Nothing of note was said on that day, nor on the day after it. " * 100
    text = f"{filler}Their vélorra is awful. {filler}"
    (verdict,) = store_and_analyse(record, WordModel(), text, {"acme": "r1"}).verdicts
    assert verdict.sentiment is Sentiment.NEGATIVE
    assert verdict.read_share < 0.1
