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
from tests.nlp.target_model import AimingModel
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


def analysed(record, model, text=MIXED, wanted=BOTH):
    """Return the mention of *text*, scored by *model*."""
    store_page(record, crawled_post("a", text, language="en", matches=wanted))
    analyse_batch(record, model, TopicClassifier([], model.encode), owner="w", now=LATER)
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0]


def counted(record, slug):
    """Return the sentiment that detection and digests count for the watch *slug*."""
    with record.read() as tx:
        (one,) = observations.observations(tx, slug, since=NOON, until=LATER)
    return one.sentiment


def test_each_watch_is_told_and_counted_by_its_own(record):
    mention = analysed(record, AimingModel())
    told = {slug: mention.sentiment_for(slug) for slug in BOTH}
    assert told == {"acme": Sentiment.POSITIVE, "globex": Sentiment.NEGATIVE}
    assert {slug: counted(record, slug) for slug in BOTH} == told
    assert mention.verdict.intents == (Intent.CHURN_RISK, Intent.COMPLAINT)


def test_a_model_that_reads_no_targets_judges_both_alike(record):
    assert analysed(record, WordModel()).verdicts == (mention_verdict(record),)
    assert counted(record, "acme") is counted(record, "globex") is Sentiment.POSITIVE


def mention_verdict(record):
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0].verdict


def test_the_words_of_a_watch_are_those_of_the_text(record):
    """A query ignores case and accents; the model gets the spelling of the text."""
    assert wiring.term_matcher(wiring.watches(record))(MIXED, ["acme", "globex", "gone"]) == {
        "acme": ["Vélorra"],
        "globex": ["oskelo"],
    }


def test_an_edited_watch_is_known_with_the_next_batch(record):
    with record.write() as tx:
        watches.replace_from_file(tx, [watch("acme", '"lovely bike"')], [])
    assert wiring.term_matcher(wiring.watches(record))(MIXED, BOTH) == {"acme": ["lovely bike"]}


def test_of_a_long_text_what_it_says_of_its_one_watch_is_read(record):
    """This holds for a model without targets as well."""
    filler = "Nothing of note was said on that day, nor on the day after it. " * 100
    text = f"{filler}Their vélorra is awful. {filler}"
    (verdict,) = analysed(record, WordModel(), text, {"acme": "r1"}).verdicts
    assert verdict.sentiment is Sentiment.NEGATIVE
    assert verdict.read_share < 0.1
