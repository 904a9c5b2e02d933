"""``harken why``: the words behind a score on the terminal, and a wrong id."""

import pytest

from core.analysis import WordEffect
from harken.commands.explanation.why import _change
from harken.pipeline.analyse import analyse_batch
from nlp.topic_classifier import TopicClassifier
from tests.harken.cli_server import call
from tests.nlp.factories import WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page


@pytest.fixture
def config(sqlite_record, tmp_path):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    store_page(sqlite_record, crawled_post("a", "This is bad", language="en"))
    model = WordModel()
    analyse_batch(sqlite_record, model, TopicClassifier([], model.encode), owner="w", now=NOON)
    path = tmp_path / "harken.yaml"
    path.write_text("state: .\nmodel: {name: words}\n")
    return str(path)


@pytest.mark.slow
def test_words_are_printed_with_their_change(config):
    answer, mistake = call(["why", key("a"), "--config", config], ["why", "x", "--config", config])
    assert answer.out.splitlines()[:2] == [
        "score: -0.40 (-1 negative, +1 positive), by words 00000000 cpu fp32",
        "without the words below: +0.00",
    ]
    assert answer.out.splitlines()[-1].split() == ["bad", "-0.40"]
    assert (mistake.status, "not the id of a stored mention" in mistake.err) == (2, True)


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        (-0.4, "-0.40"),
        (0.006, "+0.01"),
        (0.004, "only with the others"),
        (-0.0, "only with the others"),
    ],
)
def test_word_that_counts_only_with_others_says_so(change, cell):
    assert _change(WordEffect(start=0, end=1, change=change)) == cell
