"""``analyse --again``: a second model re-scores the mentions of the first."""

import json
from datetime import timedelta

import pytest

from core.errors import TransientError
from core.mention import AnalysisState, Sentiment
from harken.pipeline import analyse, rescore
from nlp.topic_classifier import TopicClassifier
from store import mentions, watches
from store.analysis import rescoring as replay
from tests.harken.cli_server import call
from tests.harken.killed_process import killed_after
from tests.nlp.factories import WordModel
from tests.nlp.target_model import TargetModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page, watch

LATER = NOON + timedelta(hours=1)
TEXTS = {
    "a": "The brake is good but the oskelo is an awful one",
    "b": "This brake is a lovely thing to have on a bike",
    "c": "Die Bremse an meinem Rad ist leider wieder kaputt",
}


class NegativeModel(WordModel):
    """Model of two languages that scores everything as negative."""

    name = "grim 00000001 cpu fp32"
    languages = frozenset({"en", "de"})

    def predict(self, texts, languages=None):
        return super().predict([f"{text} awful" for text in map(without_praise, texts)], languages)


def without_praise(text):
    return text.replace("good", "").replace("lovely", "")


@pytest.fixture
def record(record):
    """Return a database with three mentions scored by WordModel, "a" the newest."""
    with record.write() as tx:
        add_sources(tx, "blog")
        watches.replace_from_file(tx, [watch("acme", "brake"), watch("globex", "oskelo")], [])
    languages = {"c": "de"}
    posts = [
        crawled_post(
            n, text, language=languages.get(n, "en"), published=NOON - k * timedelta(days=1)
        )
        for k, (n, text) in enumerate(TEXTS.items())
    ]
    store_page(record, *posts)
    analyse_batch(record, WordModel(), NOON)
    return record


def analyse_batch(record, model, now=LATER):
    return analyse.analyse_batch(
        record, model, TopicClassifier([], model.encode), owner="w", now=now
    )


def analyse_all(record, model):
    total = 0
    while size := analyse_batch(record, model).total:
        total += size
    return total


def sentiments(record):
    """Return the current sentiment of each mention."""
    with record.read() as tx:
        rows = mentions.get(tx, [key(n) for n in TEXTS])
    return [m.sentiment_for(None) for m in rows]


def test_new_model_scores_all_mentions_and_those_unscored_before(record):
    assert sentiments(record) == [Sentiment.POSITIVE, Sentiment.POSITIVE, None]
    assert rescore.enqueue_rescoring(record, NegativeModel()) == 3
    assert analyse_all(record, NegativeModel()) == 3
    assert sentiments(record) == [Sentiment.NEGATIVE] * 3
    assert rescore.enqueue_rescoring(record, NegativeModel()) == 0
    with record.read() as tx:
        assert replay.active_model(tx) is None


def test_verdicts_of_both_models_stay(record):
    rescore.enqueue_rescoring(record, NegativeModel())
    analyse_all(record, NegativeModel())
    with record.read() as tx:
        (one,) = mentions.get(tx, [key("b")])
    assert [(v.model, v.sentiment) for v in one.verdicts] == [
        (WordModel.name, Sentiment.POSITIVE),
        (NegativeModel.name, Sentiment.NEGATIVE),
    ]


def test_new_mentions_are_scored_before_old_ones(record, monkeypatch):
    monkeypatch.setattr(replay, "BATCH_SIZE", 1)
    rescore.enqueue_rescoring(record, NegativeModel())
    analyse_batch(record, NegativeModel())
    store_page(record, crawled_post("fresh", "A fresh brake that is good", language="en"))
    assert analyse_batch(record, NegativeModel()).total == 1
    with record.read() as tx:
        assert mentions.get(tx, [key("fresh")])[0].analysis is AnalysisState.SCORED
        assert replay.remaining(tx, NegativeModel.name) == 2


def test_worker_with_the_old_model_scores_new_mentions_only(record):
    rescore.enqueue_rescoring(record, NegativeModel())
    store_page(record, crawled_post("fresh", "A fresh brake that is good", language="en"))
    assert analyse_all(record, WordModel()) == 1
    assert sentiments(record) == [Sentiment.POSITIVE, Sentiment.POSITIVE, None]


def test_failing_model_loses_no_mention_of_the_rescoring(record):
    model = NegativeModel()
    rescore.enqueue_rescoring(record, model)
    model.is_failing = True
    with pytest.raises(TransientError):
        analyse_batch(record, model)
    model.is_failing = False
    assert analyse_all(record, model) == 3


@pytest.mark.slow
@pytest.mark.parametrize("writes", range(8))
def test_result_after_a_kill_at_any_write_is_the_same(record, writes, monkeypatch):
    monkeypatch.setattr(replay, "BATCH_SIZE", 1)
    monkeypatch.setattr(analyse, "LEASE_TIME", timedelta())
    with killed_after(record, writes) as victim:
        rescore.enqueue_rescoring(victim, NegativeModel())
        analyse_all(victim, NegativeModel())
    rescore.enqueue_rescoring(record, NegativeModel())
    analyse_all(record, NegativeModel())
    assert sentiments(record) == [Sentiment.NEGATIVE] * 3
    with record.read() as tx:
        assert {len(m.verdicts) for m in mentions.all_mentions(tx)} == {2}
        assert replay.by_model(tx) == {NegativeModel.name: 3}


# ---- changed watches


@pytest.fixture
def record_with_two_watches(sqlite_record):
    """Return a database with a mention that was scored before the second watch existed."""
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
        watches.replace_from_file(tx, [watch("acme", "brake"), watch("globex", "oskelo")], [])
    store_page(sqlite_record, crawled_post("a", TEXTS["a"], language="en", matches={"acme": "r1"}))
    analyse_batch(sqlite_record, TargetModel(), NOON)
    return sqlite_record


def match_both(record):
    store_page(
        record, crawled_post("a", TEXTS["a"], language="en", matches={"acme": "r1", "globex": "r1"})
    )


def target_sentiments(record):
    with record.read() as tx:
        (one,) = mentions.get(tx, [key("a")])
    return {v.watch: v.sentiment for v in one.verdicts if v.watch}


def test_mention_of_a_new_watch_is_scored_towards_each_watch(record_with_two_watches):
    match_both(record_with_two_watches)
    assert rescore.enqueue_rescoring(record_with_two_watches, TargetModel()) == 1
    analyse_all(record_with_two_watches, TargetModel())
    assert target_sentiments(record_with_two_watches) == {
        "acme": Sentiment.POSITIVE,
        "globex": Sentiment.NEGATIVE,
    }
    assert rescore.enqueue_rescoring(record_with_two_watches, TargetModel()) == 0


def test_text_without_the_words_of_a_watch_is_not_rescored(record_with_two_watches):
    with record_with_two_watches.write() as tx:
        watches.replace_from_file(tx, [watch("acme", "brake"), watch("globex", "elsewhere")], [])
    match_both(record_with_two_watches)
    assert rescore.enqueue_rescoring(record_with_two_watches, TargetModel()) == 0


def test_model_without_targets_rescores_nothing(record_with_two_watches):
    match_both(record_with_two_watches)
    model = WordModel()
    assert rescore.enqueue_rescoring(record_with_two_watches, model) == 0


# ---- the command

CONFIG = """\
state: .
model: {name: words}
"""


@pytest.mark.slow
def test_command_rescores_mentions_of_another_model(sqlite_record, tmp_path):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    store_page(sqlite_record, crawled_post("a", TEXTS["a"], language="en"))
    analyse_batch(sqlite_record, NegativeModel(), NOON)
    config = tmp_path / "harken.yaml"
    config.write_text(CONFIG)
    options = ["--config", str(config)]
    verb = ["analyse", "--again", *options]
    calls = (["check", *options], ["status", "--json", *options], [*verb, "--json"],
             [*verb, "--json"], verb, ["check", *options], [*verb, "--follow"])  # fmt: skip
    before, status, once, twice, plain, after, endless = call(*calls)
    assert "another model: 1; to re-score: harken analyse --again" in before.out
    assert json.loads(status.out)["models"] == {NegativeModel.name: 1}
    assert json.loads(status.out)["replay"] is None
    keys = ("queued", "scored", "left")
    assert [tuple(json.loads(c.out)[k] for k in keys) for c in (once, twice)] == [
        (1, 1, 0), (0, 0, 0)
    ]  # fmt: skip
    assert plain.out == "analyse: 0 queued, 0 scored, 0 left\n"
    assert "--again" not in after.out
    assert (endless.status, "cannot be combined" in endless.err) == (2, True)
