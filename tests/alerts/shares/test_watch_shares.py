"""Shares of a watch from the database: unmeasured without a random sample."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from alerts.shares.correction import ShareCount
from alerts.shares.messages import share_messages, status_messages
from alerts.shares.watch_shares import PERIOD, error_matrix, load_shares, share_rows
from core.mention import Sentiment
from store import watches
from store.alerts.observations import sentiment_counts
from store.analysis import queue
from store.analysis.verdicts import save_results
from store.labels import samples
from store.labels.label import Label, LabelHead
from store.labels.labels import add_labels
from templates.i18n import Translator
from tests.store import factories
from tests.store.factories import HOLD, NOON, add_sources, crawled_post, key, store_page

HOUR = timedelta(hours=1)
NOW = NOON + HOUR
SCORES = [Sentiment.NEGATIVE if n % 3 == 0 else Sentiment.NEUTRAL for n in range(90)]


@pytest.fixture
def filled(record):
    with record.write() as tx:
        add_sources(tx, "blog")
        watches.replace_from_file(tx, [factories.watch("acme")], [])
    posts = [
        crawled_post(f"n{n}", published=NOON - (PERIOD + HOUR if n >= 60 else HOUR))
        for n in range(len(SCORES))
    ]
    store_page(record, *posts)
    with record.write() as tx:
        queue.lease(tx, "w", limit=99, now=NOON, lease_time=HOLD)
        results = [
            factories.analysis_result(f"n{n}", verdicts=(factories.verdict(sentiment=sentiment),))
            for n, sentiment in enumerate(SCORES)
        ]
        save_results(tx, results, now=NOON)
    return record


def set_labels(record, names, sentiment_of):
    labels = [
        Label(
            mention=key(f"n{n}"),
            text_sha256=crawled_post("a").text_sha256,
            head=LabelHead.SENTIMENT,
            classes=(sentiment_of(n),),
            person="ana",
            at=NOON,
        )
        for n in names
    ]
    with record.write() as tx:
        add_labels(tx, labels)


def draw_all(record):
    with record.write() as tx:
        samples.draw(tx, len(SCORES), random=Random(0), now=NOW)


def shares(record):
    with record.read() as tx:
        return share_rows(tx, now=NOW)


def test_share_is_uncorrected_and_unmeasured_without_a_sample(filled):
    set_labels(filled, range(90), lambda n: SCORES[n])  # not drawn at random
    (row,) = shares(filled)
    assert (row["scored"], row["negative_share"], row["sample"]) == (60, pytest.approx(1 / 3), 0)
    assert {row[name] for name in ("corrected", "low", "high", "change")} == {None}
    assert row["verdict"] == "unmeasured"
    with filled.read() as tx:
        assert list(share_messages(load_shares(tx, now=NOW)[0])) == []


def test_share_is_corrected_by_the_sample(filled):
    draw_all(filled)
    missed = {1, 4, 7, 61, 64, 67}  # negative mentions that the model overlooked
    set_labels(filled, range(90), lambda n: "negative" if n in missed else SCORES[n])
    with filled.read() as tx:
        matrix = error_matrix(tx, now=NOW)
    assert (matrix.hits, matrix.missed) == (30, 6)
    assert (matrix.false_alarms, matrix.other) == (0, 54)
    (row,) = shares(filled)
    assert row["corrected"] == pytest.approx(0.4, abs=0.01)
    assert row["low"] < 0.4 < row["high"]
    assert row["verdict"] == "no reliable change"


def test_sentence_states_the_corrected_share(filled):
    draw_all(filled)
    set_labels(filled, range(90), lambda n: SCORES[n])
    with filled.read() as tx:
        sentences = list(map(Translator(), share_messages(load_shares(tx, now=NOW)[0])))
    assert sentences[0].startswith("Corrected for the model's errors, 3")
    assert sentences[0].endswith("Errors are measured on 90 labels.")
    assert sentences[1] == "There is no reliable change from the 7 days before."


def test_status_states_the_share_and_that_its_error_is_unmeasured(filled):
    with filled.read() as tx:
        (share,) = load_shares(tx, now=NOW)
        unscored = replace(share, count=ShareCount(negative=0, scored=0))
    sentences = list(map(Translator(), status_messages(share)))
    assert sentences[0] == "Acme: 33% of 60 scored mentions."
    assert sentences[1].startswith("The error of the model is unmeasured")
    assert list(status_messages(unscored)) == []
    draw_all(filled)
    set_labels(filled, range(90), lambda n: SCORES[n])
    with filled.read() as tx:
        sentences = list(map(Translator(), status_messages(load_shares(tx, now=NOW)[0])))
    assert sentences[1].startswith("Corrected for the model's errors, 3")


def test_sample_of_another_model_does_not_count(filled):
    draw_all(filled)
    set_labels(filled, range(90), lambda n: SCORES[n])
    store_page(filled, crawled_post("new", published=NOON))
    verdict = factories.verdict(model="another")
    with filled.write() as tx:
        queue.lease(tx, "w", limit=99, now=NOON, lease_time=HOLD)
        result = factories.analysis_result("new", verdicts=(verdict,), model="another")
        save_results(tx, [result], now=NOON)
    assert shares(filled)[0]["sample"] == 0


def test_counts_by_sentiment_are_those_of_the_period(filled):
    with filled.read() as tx:
        counts = sentiment_counts(tx, "acme", since=NOW - PERIOD, until=NOW)
    assert (counts.negative, counts.neutral, counts.positive, counts.unscored) == (20, 40, 0, 0)
