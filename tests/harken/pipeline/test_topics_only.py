"""``analyse --topics-only``: new topics for stored mentions from their vectors."""

import json

import pytest

from core.watch import Topic
from harken.pipeline import rescore
from harken.pipeline.analyse import analyse_batch
from harken.pipeline.step_result import StepResult
from nlp.topic_classifier import TopicClassifier
from store import changes, mentions, watches
from store.analysis import queue
from tests.harken.cli_server import call
from tests.harken.killed_process import killed_after
from tests.nlp.factories import WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

BRAKES = Topic(id="brakes", name="Brakes", sentences=("brake broken bad",))
SADDLE = Topic(id="saddle", name="Saddle", sentences=("saddle rather hard",))
TEXTS = [
    "The brake is broken and this is bad",
    "This saddle is rather hard for me",
    "Nothing of what we talk about here",
    "The brake of this bike is bad again",
]


class Still(WordModel):
    """Model that after the first analysis may encode topics, but no mention."""

    def predict(self, texts, languages=None):
        raise AssertionError("a mention was read")

    def encode(self, texts):
        assert not set(texts) & set(TEXTS), "a mention was read"
        return super().encode(texts)


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    posts = [crawled_post(str(n), text, language="en") for n, text in enumerate(TEXTS)]
    store_page(
        sqlite_record, *posts, crawled_post("de", "Die Bremse an meinem Rad ist leider kaputt")
    )
    model = WordModel()
    analyse_batch(
        sqlite_record, model, TopicClassifier([BRAKES], model.encode), owner="w", now=NOON
    )
    return sqlite_record


def retell(record, *topics, limit=2):
    """Run all batches; return the number of mentions and of changes."""
    model, after, taken, done = Still(), "", 0, 0
    taxonomy = TopicClassifier(topics, model.encode)
    while True:
        tally, after = rescore.reclassify_batch(record, model, taxonomy, after=after, limit=limit)
        if not tally.total:
            return taken, done
        taken, done = taken + tally.total, done + tally.successes


def topics(record):
    with record.read() as tx:
        found = mentions.get(tx, [key(str(n)) for n in range(len(TEXTS))])
    return [m.verdict.topics for m in found]


def verdicts(record):
    with record.read() as tx:
        return [m.verdicts for m in mentions.all_mentions(tx)]


def announced(record, since):
    with record.read() as tx:
        return {i for _, i in changes.read_after(tx, since, 99)}


def last(record):
    with record.read() as tx:
        return changes.last_number(tx)


def test_it_begins_with_what_analysis_told(record):
    assert topics(record) == [("brakes",), (), (), ("brakes",)]


def test_with_the_topics_of_the_analysis_nothing_changes_and_nothing_is_announced(record):
    """New and stored vectors are classified by the same rule."""
    before = verdicts(record), last(record)
    assert retell(record, BRAKES) == (4, 0)
    assert (verdicts(record), last(record)) == before


def test_a_new_topic_gets_the_mentions_that_are_recorded_and_only_they_are_announced(record):
    since = last(record)
    assert retell(record, BRAKES, SADDLE) == (4, 1)
    assert topics(record) == [("brakes",), ("saddle",), (), ("brakes",)]
    assert announced(record, since) == {key("1")}


def test_other_sentences_give_a_topic_other_mentions(record):
    retell(record, Topic(id="brakes", name="Brakes", sentences=SADDLE.sentences))
    assert topics(record) == [(), ("brakes",), (), ()]


def test_another_id_gets_the_same_mentions_and_another_name_changes_nothing(record):
    retell(record, Topic(id="stopping", name="Brakes", sentences=BRAKES.sentences))
    assert topics(record) == [("stopping",), (), (), ("stopping",)]
    renamed = Topic(id="stopping", name="All that stops", sentences=BRAKES.sentences)
    assert retell(record, renamed) == (4, 0)


def test_without_topics_none_is_told(record):
    retell(record)
    assert topics(record) == [()] * 4


def test_a_language_that_the_model_lacks_keeps_no_topic(record):
    """It has a vector: only its language keeps it out of a topic that matches everything."""

    class Polyglot(Still):
        languages = frozenset({"de"})

    with record.read() as tx:
        assert [m.verdicts for m in mentions.get(tx, [key("de")])] == [()]
    taxonomy = TopicClassifier([BRAKES], Still().encode)
    rescore.reclassify_batch(record, Polyglot(), taxonomy, after="")
    assert topics(record) == [()] * 4


def test_the_sentiment_and_its_time_stay(record):
    before = verdicts(record)
    retell(record, SADDLE)
    assert [[(v.sentiment, v.polarity, v.model) for v in said] for said in verdicts(record)] == [
        [(v.sentiment, v.polarity, v.model) for v in said] for said in before
    ]


@pytest.mark.parametrize("writes", range(4))
def test_killed_at_any_write_and_begun_again_it_ends_as_if_nobody_had_killed_it(record, writes):
    since = last(record)
    with killed_after(record, writes) as victim:
        retell(victim, SADDLE, limit=1)
    retell(record, SADDLE)
    assert topics(record) == [(), ("saddle",), (), ()]
    assert announced(record, since) == {key("0"), key("1"), key("3")}


def test_new_mentions_get_the_same_topics_as_recorded_ones(record):
    model = WordModel()
    retell(record, BRAKES, SADDLE)
    store_page(record, crawled_post("new", TEXTS[1] + "!", language="en"))
    taxonomy = TopicClassifier([BRAKES, SADDLE], model.encode)
    analyse_batch(record, model, taxonomy, owner="w", now=NOON)
    with record.read() as tx:
        assert mentions.get(tx, [key("new")])[0].verdict.topics == topics(record)[1]


def test_an_empty_record_is_soon_done(sqlite_record):
    model = Still()
    done = rescore.reclassify_batch(
        sqlite_record, model, TopicClassifier([BRAKES], model.encode), after=""
    )
    assert done == (StepResult(), "")


# ---- the command

CONFIG = """\
state: .
model: {{name: words}}
topics:
  - {{id: {}, name: Saddle, sentences: [{}]}}
"""


@pytest.mark.slow
def test_the_verb_takes_the_topics_that_the_file_has_now(record, tmp_path):
    config = tmp_path / "harken.yaml"
    config.write_text(CONFIG.format("saddle", SADDLE.sentences[0]))
    verb = ["analyse", "--topics-only", "--config", str(config)]
    calls = ([*verb, "--json"], [*verb, "--json"], verb, [*verb, "--follow"])
    once, again, plain, endless = call(*calls)
    assert [json.loads(c.out)["done"] for c in (once, again)] == [3, 0]
    assert json.loads(once.out)["taken"] == 4
    assert plain.out == "analyse: 4 taken, 0 done, 0 failed\n"
    assert (endless.status, "cannot be combined" in endless.err) == (2, True)
    assert topics(record) == [(), ("saddle",), (), ()]
    with record.read() as tx:
        assert [t.id for t in watches.active_topics(tx)] == ["saddle"]
        assert queue.backlog(tx)[0] == 0
