"""The prior of a source or watch, from harken.yaml to the stored verdict."""

from datetime import timedelta

import pytest

from config.settings import Settings
from core.mention import Sentiment
from harken.pipeline.analyse import analyse_batch
from harken.pipeline.explain import explain_mention
from harken.settings_sync import sync_settings
from nlp.topic_classifier import TopicClassifier
from store import mentions
from store.analysis.explanations import ExplanationRequest
from store.crawl import runs
from tests.nlp.factories import WordModel
from tests.store.factories import NOON, crawled_post, key, store_page

LATER = NOON + timedelta(minutes=1)
SWEET = {"negative": 0.1, "neutral": 0.1, "positive": 0.8}
SOUR = {"negative": 0.8, "neutral": 0.1, "positive": 0.1}


def scored_verdict(record, source_prior=None, watch_prior=None):
    """Return the verdict on "a bad day", which is negative with 0.6, the others 0.2 each."""
    settings = Settings.model_validate(
        {
            "watches": [{"slug": "acme", "name": "Acme", "query": "bad", "prior": watch_prior}],
            "sources": [{"slug": "blog", "kind": "feed", "prior": source_prior}],
        }
    )
    sync_settings(record, settings, now=NOON)
    with record.write() as tx:
        runs.start(tx, "run-blog", "blog", now=NOON)
    store_page(record, crawled_post("a", "a bad day", language="en", matches={"acme": "r1"}))
    model = WordModel()
    analyse_batch(record, model, TopicClassifier([], model.encode), owner="w", now=LATER)
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0].verdict


@pytest.mark.parametrize(
    ("priors", "expected"),
    [
        ({}, (Sentiment.NEGATIVE, {})),
        ({"watch_prior": SWEET}, (Sentiment.POSITIVE, SWEET)),
        ({"source_prior": SWEET}, (Sentiment.POSITIVE, SWEET)),
        ({"source_prior": SOUR, "watch_prior": SWEET}, (Sentiment.NEGATIVE, SOUR)),
    ],
)
def test_the_setting_moves_the_sentiment_and_is_stored_with_it(record, priors, expected):
    verdict = scored_verdict(record, **priors)
    assert (verdict.sentiment, verdict.prior) == expected
    assert verdict.model == WordModel.name
    assert sum(verdict.probabilities.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("setting", ["source_prior", "watch_prior"])
def test_an_explanation_starts_from_the_score_that_the_prior_gave(record, setting):
    verdict = scored_verdict(record, **{setting: SWEET})
    request = ExplanationRequest(mention=key("a"), watch=None)
    _, explanation = explain_mention(record, WordModel(), request)
    assert verdict.polarity > 0
    assert explanation.polarity == pytest.approx(verdict.polarity, abs=1e-4)


def test_an_edit_of_the_setting_replaces_it(record):
    for prior in (SOUR, None):
        settings = Settings.model_validate(
            {"sources": [{"slug": "blog", "kind": "feed", "prior": prior}]}
        )
        sync_settings(record, settings, now=NOON)
    assert scored_verdict(record).prior == {}
