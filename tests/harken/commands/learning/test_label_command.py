"""``harken label`` and ``evaluate --own``: what people set, by id and by file, and its figures."""

import itertools
import json
from datetime import timedelta

import pytest

from core.watch import Topic
from harken.pipeline.analyse import analyse_batch
from nlp.topic_classifier import TopicClassifier
from store import watches
from store.labels.label import LabelHead
from store.labels.labels import current_labels
from tests.harken.cli_server import call
from tests.nlp.factories import WordModel
from tests.store import factories
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

pytestmark = pytest.mark.slow
CONFIG = "state: .\nmodel: {name: words}\n"
TEXTS = {"a": "This is bad", "b": "This is good", "c": "This is a bike", "d": "A lovely bad day"}
PRICE = Topic(id="price", name="Price", sentences=("costs",))


@pytest.fixture
def home(sqlite_record, tmp_path):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
        acme, rival = factories.watch("acme"), factories.watch("rival", "rival")
        watches.replace_from_file(tx, [acme, rival], [PRICE])
    store_page(sqlite_record, *(crawled_post(name, t, language="en") for name, t in TEXTS.items()))
    model = WordModel()
    analyse_batch(sqlite_record, model, TopicClassifier([], model.encode), owner="w", now=NOON)
    (tmp_path / "harken.yaml").write_text(CONFIG)
    return tmp_path


HOURS = itertools.count()


def run(home, *calls, verb="label"):
    """Run each of *calls* with --json, an hour after the one before; return the answers."""
    common = ["--config", str(home / "harken.yaml"), "--json"]
    return call(*([verb, *map(str, arguments), *common, *_now(verb)] for arguments in calls))


def _now(verb):
    at = NOON + timedelta(hours=next(HOURS))
    return [] if verb == "evaluate" else ["--now", at.isoformat()]


def answers(home, *calls, verb="label"):
    return [json.loads(result.out) for result in run(home, *calls, verb=verb)]


def labels(record):
    with record.read() as tx:
        return {(x.mention, x.head, x.watch): x.classes for x in current_labels(tx)}


def test_labels_of_one_mention_are_set_listed_and_withdrawn(home, sqlite_record):
    options = ("--sentiment", "negative", "--topic", "price", "--role", "news", "--by", "ana")
    stored, again, towards, shown = answers(
        home,
        (key("a"), *options),
        (key("a"), *options),
        (key("a"), "--sentiment", "positive", "--watch", "acme"),
        ("--list",),
    )
    assert (stored["stored"], again["stored"], towards["stored"]) == (3, 0, 1)
    assert {(row["head"], *row["classes"], row["by"]) for row in shown["labels"]} == {
        ("sentiment", "negative", "ana"),
        ("topic", "price", "ana"),
        ("role", "news", "ana"),
        ("towards", "positive", "operator"),
    }
    removed, history = answers(home, (key("a"), "--remove"), (key("a"), "--list"))
    assert [row["withdrawn"] for row in history["labels"]] == [False] * 4 + [True] * 4
    assert (removed["removed"], labels(sqlite_record)) == (4, {})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a mention by its id"),
        ((key("a"),), "add --sentiment"),
        ((key("a"), "--sentiment", "negatve"), "Did you mean 'negative'?"),
        ((key("a"), "--watch", "acme"), "watch: should have a sentiment"),
        ((key("a"), "--sentiment", "neutral", "--watch", "akme"), "Did you mean 'acme'?"),
        ((key("a"), "--sentiment", "neutral", "--watch", "rival"), "the mention matches acme"),
        ((key("a"), "--topic", "prize"), "Did you mean 'price'?"),
        ((key("a"), "--topic", "price", "--topic", "none"), "cannot stand beside"),
        ((key("a"), "--role", "boss"), "role: unknown 'boss'"),
        (("f" * 32, "--role", "news"), "no mention"),
        ((key("a"), "--sample", "1"), "cannot be combined"),
        (("--list", "--role", "news"), "cannot be combined"),
        ((key("a"), "--remove", "--role", "news"), "takes no other label"),
    ],
)
def test_mistake_is_explained_and_nothing_is_stored(home, sqlite_record, arguments, message):
    (result,) = run(home, arguments)
    assert (result.status, labels(sqlite_record)) == (2, {})
    assert message in result.err


def test_good_rows_of_a_file_are_stored_and_wrong_ones_are_named(home, sqlite_record):
    rows = [
        {"id": key("a"), "sentiment": "negative", "by": "ben", "at": "2026-03-01T00:00:00Z"},
        {"id": key("b"), "sentimet": "negative"},
        {"id": key("b"), "sentiment": "positive", "topic": ["price"]},
        {"id": "nowhere", "sentiment": "positive"},
        {"id": key("c"), "topic": "none", "text_sha256": "0" * 64},
        {"id": key("c"), "role": "news", "at": "soon"},
        {"id": key("c")},
        ["no", "object"],
    ]
    lines = [json.dumps(row) for row in rows]
    file = home / "labels.jsonl"
    file.write_text("\n".join([lines[0], "", "{broken", *lines[1:]]))
    (result,) = run(home, ("--file", file))
    answer = json.loads(result.out)
    assert (result.status, answer["stored"], answer["ok"]) == (1, 3, False)
    assert [problem["line"] for problem in answer["rejected"]] == [3, 4, 6, 7, 8, 9, 10]
    assert "Did you mean 'sentiment'?" in answer["rejected"][1]["error"]
    assert set(labels(sqlite_record)) == {
        (key("a"), LabelHead.SENTIMENT, ""),
        (key("b"), LabelHead.SENTIMENT, ""),
        (key("b"), LabelHead.TOPIC, ""),
    }


def test_csv_has_a_header_and_several_topics(home, sqlite_record):
    file = home / "labels.csv"
    file.write_text(
        f"id,sentiment,watch,topic\n{key('a')},negative,acme,\n{key('b')},,,none\n{key('c')},x,,\n"
    )
    (result,) = run(home, ("--file", file))
    answer = json.loads(result.out)
    assert [(p["line"], p["error"][:9]) for p in answer["rejected"]] == [(4, "sentiment")]
    assert labels(sqlite_record) == {
        (key("a"), LabelHead.TOWARDS, "acme"): ("negative",),
        (key("b"), LabelHead.TOPIC, ""): (),
    }


def test_export_can_be_read_again(home, sqlite_record):
    file = home / "export.jsonl"
    first, second, third = answers(
        home,
        (key("a"), "--sentiment", "negative", "--topic", "none", "--role", "news"),
        (key("a"), "--sentiment", "positive", "--watch", "acme"),
        ("--export", file),
    )
    assert (first["stored"], second["stored"], len(third["labels"])) == (3, 1, 4)
    before = labels(sqlite_record)
    (again,) = answers(home, ("--file", file))
    assert (again["stored"], again["rejected"]) == (0, [])
    assert labels(sqlite_record) == before


def test_sample_shows_no_scores_and_its_labels_are_sampled(home):
    (drawn,) = answers(home, ("--sample", 2))
    assert len(drawn["sample"]) == 2
    assert [row["verdicts"] for row in drawn["sample"]] == [[], []]
    ident = drawn["sample"][0]["id"]
    _, shown = answers(home, (ident, "--sentiment", "neutral"), ("--list",))
    assert [row["sampled"] for row in shown["labels"]] == [True]
    (other,) = answers(home, ("--sample", 1))
    assert other["sample"][0]["id"] == drawn["sample"][1]["id"]


def test_own_figures_by_head(home):
    truth = {"a": "negative", "b": "positive", "c": "neutral", "d": "positive"}
    answers(home, *((key(n), "--sentiment", s, "--role", "customer") for n, s in truth.items()))
    (answer,) = answers(home, ("--own",), verb="evaluate")
    sentiment = answer["heads"]["sentiment"]
    assert (sentiment["n"], sentiment["accuracy"], sentiment["state"]) == (4, 1.0, "measured")
    assert sentiment["confusion"] == {
        "negative": {"negative": 1}, "neutral": {"neutral": 1}, "positive": {"positive": 2},
    }  # fmt: skip
    assert answer["heads"]["role"]["accuracy"] == 1.0
    towards = answer["heads"]["towards"]
    assert (towards["state"], towards["n"], towards["accuracy"]) == ("unmeasured", 0, None)
    assert answer["models"] == {"words 00000000 cpu fp32": 8}


def test_own_figures_without_labels_are_unmeasured(home):
    (result,) = call(["evaluate", "--own", "--config", str(home / "harken.yaml")])
    assert result.status == 0
    assert result.out.count("unmeasured") == 12  # three figures of four heads


def test_evaluate_without_a_file_asks_for_one(home):
    (result,) = run(home, (), verb="evaluate")
    assert (result.status, "use --own" in result.err) == (2, True)


def test_learn_reports_why_nothing_was_judged(home):
    answers(home, (key("a"), "--sentiment", "negative"))
    learned, undone = run(home, (), ("--undo",), verb="learn")
    answer = json.loads(learned.out)
    head = answer["heads"][0]
    assert {"before", "after", "kept", "train_ids", "held_out_ids"} <= set(head)
    assert (head["labels"], head["kept"], answer["learned"]) == (1, False, None)
    assert head["train_ids"] + head["held_out_ids"] == [key("a")]
    assert (undone.status, json.loads(undone.out)["undone"]) == (1, None)
