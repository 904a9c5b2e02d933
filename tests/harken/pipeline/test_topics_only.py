"""``analyse --topics-only``: new topics for stored mentions from their vectors."""

import json

import pytest

from core.watch import Topic
from harken.pipeline import rescore
from harken.pipeline.analyse import analyse_batch
from harken.pipeline.pace import Pace
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


class VectorOnlyModel(WordModel):
    """Model that encodes topics and fails on every mention."""

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


def reclassify_all(record, *topics, limit=2):
    """Run all batches; return the number of mentions and of changes."""
    model, after, total, successes = VectorOnlyModel(), "", 0, 0
    taxonomy = TopicClassifier(topics, model.encode)
    while True:
        result, after = rescore.reclassify_batch(
            record, model, taxonomy, after=after, pace=Pace(limit)
        )
        if not result.total:
            return total, successes
        total, successes = total + result.total, successes + result.successes


def current_topics(record):
    with record.read() as tx:
        rows = mentions.get(tx, [key(str(n)) for n in range(len(TEXTS))])
    return [m.verdict.topics for m in rows]


def verdicts(record):
    with record.read() as tx:
        return [m.verdicts for m in mentions.all_mentions(tx)]


def changed_ids(record, since):
    with record.read() as tx:
        return {i for _, i in changes.read_after(tx, since, 99)}


def last_number(record):
    with record.read() as tx:
        return changes.last_number(tx)


def test_analysis_stores_the_topics(record):
    assert current_topics(record) == [("brakes",), (), (), ("brakes",)]


def test_unchanged_topics_change_nothing(record):
    """New and stored vectors are classified by the same rule."""
    before = verdicts(record), last_number(record)
    assert reclassify_all(record, BRAKES) == (4, 0)
    assert (verdicts(record), last_number(record)) == before


def test_new_topic_changes_the_mentions_that_match_it(record):
    since = last_number(record)
    assert reclassify_all(record, BRAKES, SADDLE) == (4, 1)
    assert current_topics(record) == [("brakes",), ("saddle",), (), ("brakes",)]
    assert changed_ids(record, since) == {key("1")}


def test_new_sentences_of_a_topic_match_other_mentions(record):
    reclassify_all(record, Topic(id="brakes", name="Brakes", sentences=SADDLE.sentences))
    assert current_topics(record) == [(), ("brakes",), (), ()]


def test_new_id_matches_the_same_mentions_and_a_new_name_changes_nothing(record):
    reclassify_all(record, Topic(id="stopping", name="Brakes", sentences=BRAKES.sentences))
    assert current_topics(record) == [("stopping",), (), (), ("stopping",)]
    topic = Topic(id="stopping", name="All that stops", sentences=BRAKES.sentences)
    assert reclassify_all(record, topic) == (4, 0)


def test_without_topics_mentions_have_none(record):
    reclassify_all(record)
    assert current_topics(record) == [()] * 4


def test_unsupported_language_has_no_topic(record):
    """The mention has a vector; only its language excludes it from a topic."""

    class Polyglot(VectorOnlyModel):
        languages = frozenset({"de"})

    with record.read() as tx:
        assert [m.verdicts for m in mentions.get(tx, [key("de")])] == [()]
    taxonomy = TopicClassifier([BRAKES], VectorOnlyModel().encode)
    rescore.reclassify_batch(record, Polyglot(), taxonomy, after="")
    assert current_topics(record) == [()] * 4


def test_sentiments_stay(record):
    before = verdicts(record)
    reclassify_all(record, SADDLE)
    assert [[(v.sentiment, v.polarity, v.model) for v in one] for one in verdicts(record)] == [
        [(v.sentiment, v.polarity, v.model) for v in one] for one in before
    ]


@pytest.mark.parametrize("writes", range(4))
def test_result_after_a_kill_at_any_write_is_the_same(record, writes):
    since = last_number(record)
    with killed_after(record, writes) as victim:
        reclassify_all(victim, SADDLE, limit=1)
    reclassify_all(record, SADDLE)
    assert current_topics(record) == [(), ("saddle",), (), ()]
    assert changed_ids(record, since) == {key("0"), key("1"), key("3")}


def test_new_and_stored_mentions_get_the_same_topics(record):
    model = WordModel()
    reclassify_all(record, BRAKES, SADDLE)
    store_page(record, crawled_post("new", TEXTS[1] + "!", language="en"))
    taxonomy = TopicClassifier([BRAKES, SADDLE], model.encode)
    analyse_batch(record, model, taxonomy, owner="w", now=NOON)
    with record.read() as tx:
        assert mentions.get(tx, [key("new")])[0].verdict.topics == current_topics(record)[1]


def test_empty_database_has_nothing_to_classify(sqlite_record):
    model = VectorOnlyModel()
    result = rescore.reclassify_batch(
        sqlite_record, model, TopicClassifier([BRAKES], model.encode), after=""
    )
    assert result == (StepResult(), "")


# ---- the command

CONFIG = """\
state: .
model: {{name: words}}
topics:
  - {{id: {}, name: Saddle, sentences: [{}]}}
"""


@pytest.mark.slow
def test_command_uses_the_topics_of_the_file(record, tmp_path):
    config = tmp_path / "harken.yaml"
    config.write_text(CONFIG.format("saddle", SADDLE.sentences[0]))
    verb = ["analyse", "--topics-only", "--config", str(config)]
    calls = ([*verb, "--json"], [*verb, "--json"], verb, [*verb, "--follow"])
    once, again, plain, endless = call(*calls)
    assert [json.loads(c.out)["done"] for c in (once, again)] == [3, 0]
    assert json.loads(once.out)["taken"] == 4
    assert plain.out == "analyse: 4 taken, 0 done, 0 failed\n"
    assert (endless.status, "cannot be combined" in endless.err) == (2, True)
    assert current_topics(record) == [(), ("saddle",), (), ()]
    with record.read() as tx:
        assert [t.id for t in watches.active_topics(tx)] == ["saddle"]
        assert queue.backlog(tx)[0] == 0
