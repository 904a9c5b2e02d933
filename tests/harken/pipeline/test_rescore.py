"""``analyse --again``: a second model rescores the mentions of the first, beside other work."""

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
from tests.nlp.target_model import AimingModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page, watch

LATER = NOON + timedelta(hours=1)
TEXTS = {
    "a": "The brake is good but the oskelo is an awful one",
    "b": "This brake is a lovely thing to have on a bike",
    "c": "Die Bremse an meinem Rad ist leider wieder kaputt",
}


class Grim(WordModel):
    """Model of two languages that scores everything as negative."""

    name = "grim 00000001 cpu fp32"
    languages = frozenset({"en", "de"})

    def predict(self, texts, languages=None):
        return super().predict([f"{text} awful" for text in map(dull, texts)], languages)


def dull(text):
    return text.replace("good", "").replace("lovely", "")


@pytest.fixture
def record(record):
    """Database with three mentions scored by WordModel, "a" the newest."""
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
    read(record, WordModel(), NOON)
    return record


def read(record, model, now=LATER):
    return analyse.analyse_batch(
        record, model, TopicClassifier([], model.encode), owner="w", now=now
    )


def work_off(record, model):
    taken = 0
    while tally := read(record, model).total:
        taken += tally
    return taken


def told(record):
    """Return the current sentiment of each mention."""
    with record.read() as tx:
        found = mentions.get(tx, [key(n) for n in TEXTS])
    return [m.sentiment_for(None) for m in found]


def test_the_other_model_reads_all_and_what_the_first_could_not(record):
    assert told(record) == [Sentiment.POSITIVE, Sentiment.POSITIVE, None]
    assert rescore.enqueue_rescoring(record, Grim()) == 3
    assert work_off(record, Grim()) == 3
    assert told(record) == [Sentiment.NEGATIVE] * 3
    assert rescore.enqueue_rescoring(record, Grim()) == 0
    with record.read() as tx:
        assert replay.active_model(tx) is None


def test_by_each_model_the_verdicts_stay_to_compare(record):
    rescore.enqueue_rescoring(record, Grim())
    work_off(record, Grim())
    with record.read() as tx:
        (one,) = mentions.get(tx, [key("b")])
    assert [(v.model, v.sentiment) for v in one.verdicts] == [
        (WordModel.name, Sentiment.POSITIVE),
        (Grim.name, Sentiment.NEGATIVE),
    ]


def test_what_is_heard_meanwhile_goes_before(record, monkeypatch):
    monkeypatch.setattr(replay, "BATCH_SIZE", 1)
    rescore.enqueue_rescoring(record, Grim())
    read(record, Grim())
    store_page(record, crawled_post("fresh", "A fresh brake that is good", language="en"))
    assert read(record, Grim()).total == 1
    with record.read() as tx:
        assert mentions.get(tx, [key("fresh")])[0].analysis is AnalysisState.SCORED
        assert replay.remaining(tx, Grim.name) == 2


def test_a_worker_that_has_still_the_old_model_reads_what_is_fresh_and_nothing_else(record):
    rescore.enqueue_rescoring(record, Grim())
    store_page(record, crawled_post("fresh", "A fresh brake that is good", language="en"))
    assert work_off(record, WordModel()) == 1
    assert told(record) == [Sentiment.POSITIVE, Sentiment.POSITIVE, None]


def test_a_broken_model_takes_no_mention_from_the_replay(record):
    model = Grim()
    rescore.enqueue_rescoring(record, model)
    model.broken = True
    with pytest.raises(TransientError):
        read(record, model)
    model.broken = False
    assert work_off(record, model) == 3


@pytest.mark.slow
@pytest.mark.parametrize("writes", range(8))
def test_killed_at_any_write_and_begun_again_it_ends_as_if_nobody_had_killed_it(
    record, writes, monkeypatch
):
    monkeypatch.setattr(replay, "BATCH_SIZE", 1)
    monkeypatch.setattr(analyse, "LEASE_TIME", timedelta())
    with killed_after(record, writes) as victim:
        rescore.enqueue_rescoring(victim, Grim())
        work_off(victim, Grim())
    rescore.enqueue_rescoring(record, Grim())
    work_off(record, Grim())
    assert told(record) == [Sentiment.NEGATIVE] * 3
    with record.read() as tx:
        assert {len(m.verdicts) for m in mentions.all_mentions(tx)} == {2}
        assert replay.by_model(tx) == {Grim.name: 3}


# ---- changed watches


@pytest.fixture
def aimed(sqlite_record):
    """Mention that was scored before the second watch existed."""
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
        watches.replace_from_file(tx, [watch("acme", "brake"), watch("globex", "oskelo")], [])
    store_page(sqlite_record, crawled_post("a", TEXTS["a"], language="en", matches={"acme": "r1"}))
    read(sqlite_record, AimingModel(), NOON)
    return sqlite_record


def match_both(record):
    store_page(
        record, crawled_post("a", TEXTS["a"], language="en", matches={"acme": "r1", "globex": "r1"})
    )


def towards(record):
    with record.read() as tx:
        (one,) = mentions.get(tx, [key("a")])
    return {v.watch: v.sentiment for v in one.verdicts if v.watch}


def test_a_mention_that_a_new_watch_wants_is_read_towards_each(aimed):
    match_both(aimed)
    assert rescore.enqueue_rescoring(aimed, AimingModel()) == 1
    work_off(aimed, AimingModel())
    assert towards(aimed) == {"acme": Sentiment.POSITIVE, "globex": Sentiment.NEGATIVE}
    assert rescore.enqueue_rescoring(aimed, AimingModel()) == 0


def test_where_a_text_does_not_name_both_nothing_lacks(aimed):
    with aimed.write() as tx:
        watches.replace_from_file(tx, [watch("acme", "brake"), watch("globex", "elsewhere")], [])
    match_both(aimed)
    assert rescore.enqueue_rescoring(aimed, AimingModel()) == 0


def test_a_model_that_reads_no_targets_is_asked_for_none(aimed):
    match_both(aimed)
    model = WordModel()
    assert rescore.enqueue_rescoring(aimed, model) == 0


# ---- the command

CONFIG = """\
state: .
model: {name: words}
"""


@pytest.mark.slow
def test_the_verb_reads_what_another_model_judged(sqlite_record, tmp_path):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    store_page(sqlite_record, crawled_post("a", TEXTS["a"], language="en"))
    read(sqlite_record, Grim(), NOON)
    config = tmp_path / "harken.yaml"
    config.write_text(CONFIG)
    where = ["--config", str(config)]
    verb = ["analyse", "--again", *where]
    calls = (["check", *where], ["status", "--json", *where], [*verb, "--json"], [*verb, "--json"],
             verb, ["check", *where], [*verb, "--follow"])  # fmt: skip
    before, status, once, twice, plain, after, endless = call(*calls)
    assert "another model: 1; to re-score: harken analyse --again" in before.out
    assert json.loads(status.out)["models"] == {Grim.name: 1}
    assert json.loads(status.out)["replay"] is None
    keys = ("queued", "scored", "left")
    assert [tuple(json.loads(c.out)[k] for k in keys) for c in (once, twice)] == [
        (1, 1, 0), (0, 0, 0)
    ]  # fmt: skip
    assert plain.out == "analyse: 0 queued, 0 scored, 0 left\n"
    assert "--again" not in after.out
    assert (endless.status, "cannot be combined" in endless.err) == (2, True)
