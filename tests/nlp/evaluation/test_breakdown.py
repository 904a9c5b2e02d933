"""Figures by a key of the rows, the figures of shown topics, and the progress of an evaluation."""

import pytest

from core.errors import ConfigError
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.task import CHUNK_SIZE, EvaluationOptions
from nlp.evaluation.topic_rule import topic_rule_figures
from tests.nlp.factories import WordModel

ROWS = [
    {"text": "a bad day", "label": "negative", "language": "en", "kind": "plain"},
    {"text": "a great mess", "label": "negative", "language": "en", "kind": "irony"},
    {"text": "a day", "label": "neutral", "language": "en", "kind": "plain"},
    {"text": "bad", "label": "negative", "language": "english", "tags": ["x", "y"]},
]


def by(field, rows=ROWS):
    return evaluate(rows, WordModel(), options=EvaluationOptions(by=field)).figures


def test_figures_are_broken_down_by_a_key_of_the_rows():
    figures = by("kind")
    assert figures["by"] == "kind"
    assert {v: (f["n"], f["accuracy"]) for v, f in figures["per_value"].items()} == {
        "irony": (1, 0.0),
        "plain": (2, 1.0),
        "unknown": (1, 1.0),
    }


def test_a_list_is_one_value_and_a_language_is_its_code():
    assert set(by("tags")["per_value"]) == {"unknown", "x, y"}
    assert by("language")["per_value"] == by("language")["per_language"]


def test_a_key_that_no_row_has_is_an_error_with_the_nearest():
    with pytest.raises(ConfigError, match=r"--by: unknown 'kinds'\. Did you mean 'kind'"):
        by("kinds")


def test_without_a_key_there_are_no_such_figures():
    assert (by(None)["by"], by(None)["per_value"]) == (None, {})


@pytest.mark.parametrize("task", ["sentiment", "language"])
def test_progress_reaches_the_number_of_rows_in_chunks(task):
    counts = []
    language = "english" if task == "language" else "negative"
    rows = [{"text": "a bad day", "label": language, "language": "en"}] * (2 * CHUNK_SIZE + 3)
    rows.append({"text": "ein Tag", "label": language, "language": "de"})
    model = WordModel()
    evaluate(rows, model, task, options=EvaluationOptions(on_rows=counts.append))
    assert sum(counts) == len(rows)
    if task == "sentiment":
        assert model.calls == [CHUNK_SIZE, CHUNK_SIZE, 3]


def test_shown_topics_are_compared_with_all_accepted_ones():
    shown = [("price",), ("price", "shop"), (), ("shop",), ()]
    accepted = [("price", "shop"), ("shop",), ("price",), (), ()]
    assert topic_rule_figures(shown, accepted) == {
        "with_topic": 3,
        "missing": pytest.approx(1 / 3),
        "shown": 4,
        "wrong": 0.5,
        "without_topic": 2,
        "false_alarms": 0.5,
    }


def test_a_share_of_nothing_is_unknown():
    figures = topic_rule_figures([()], [("price",)])
    assert (figures["missing"], figures["wrong"], figures["false_alarms"]) == (1.0, None, None)


TAXONOMY = """
topics:
  - {id: battery, name: Battery, sentences: [the battery is empty]}
  - {id: saddle, name: Saddle, sentences: [a hard saddle]}
"""


def test_topic_rows_may_have_several_accepted_topics_or_none(tmp_path):
    file = tmp_path / "topics.yaml"
    file.write_text(TAXONOMY)
    rows = [
        {"text": "the battery is empty", "labels": ["saddle", "battery"], "language": "en"},
        {"text": "a hard saddle", "label": "saddle", "language": "en"},
        {"text": "rain tomorrow", "labels": [], "language": "en"},
        {"text": "a hard saddle", "labels": [], "language": "en"},
        {"text": "rain tomorrow", "labels": ["Battery"], "language": "en"},
    ]
    figures = evaluate(
        rows, WordModel(), "topics", options=EvaluationOptions(taxonomy=file)
    ).figures
    assert figures["n"] == 3  # rows without a topic are in no other figure
    assert figures["topic_rule"] == {
        "with_topic": 3,
        "missing": pytest.approx(1 / 3),
        "shown": 3,
        "wrong": pytest.approx(1 / 3),
        "without_topic": 2,
        "false_alarms": 0.5,
    }
    assert evaluate(ROWS, WordModel()).figures["topic_rule"] is None


def test_a_file_of_rows_without_any_topic_is_an_error(tmp_path):
    file = tmp_path / "topics.yaml"
    file.write_text(TAXONOMY)
    with pytest.raises(ConfigError, match="no row of the file has a label"):
        evaluate(
            [{"text": "a day", "labels": []}],
            WordModel(),
            "topics",
            options=EvaluationOptions(taxonomy=file),
        )
