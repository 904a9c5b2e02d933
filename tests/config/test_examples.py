"""Examples of topics from a file of labelled posts; every mistake has its file and line."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.examples import Example, normalize_label, read_examples, texts_of_topic
from config.load import load
from core.errors import ConfigError

ROWS = [("It came late.", "Delivery"), ("Too dear!", "price?"), ("Where is it?", "delivery")]
TOPIC = "topics: [{{id: {}, name: {}, sentences: [x], examples: {}}}]\n"


def write(path, rows=ROWS):
    lines = "".join(json.dumps({"text": t, "label": label}) + "\n" for t, label in rows)
    packed = gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode()
    path.write_bytes(packed)
    return path


def settings(folder, *topic):
    (folder / "harken.yaml").write_text(TOPIC.format(*topic))
    return load(folder / "harken.yaml", {})


def complaint(folder, *topic):
    with pytest.raises(ConfigError) as caught:
        settings(folder, *topic)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize("name", ["posts.jsonl", "posts.jsonl.gz"])
def test_a_topic_gets_the_rows_with_its_label(tmp_path, name):
    write(tmp_path / name)
    (topic,) = settings(tmp_path, "delivery", "Parcels", name).topics
    assert topic.examples == ("It came late.", "Where is it?")


@pytest.mark.parametrize("names", [("delivery", "Renamed"), ("renamed", "Delivery")])
def test_renaming_the_id_or_the_name_keeps_the_examples(tmp_path, names):
    write(tmp_path / "posts.jsonl")
    assert len(settings(tmp_path, *names, "posts.jsonl").topics[0].examples) == 2


def test_a_list_of_sentences_stays_what_it_is(tmp_path):
    assert settings(tmp_path, "a", "A", "[one, two]").topics[0].examples == ("one", "two")


def test_a_topic_that_the_file_does_not_know_is_told_with_its_place(tmp_path):
    write(tmp_path / "posts.jsonl")
    assert complaint(tmp_path, "colour", "Colour", "posts.jsonl") == (
        "harken.yaml:1:53: topics.0.examples: no row of posts.jsonl has the label 'colour'; "
        "its labels include: Delivery, delivery, price?."
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "posts.jsonl:2:2: invalid JSON: "),
        ("", "posts.jsonl:2:1: invalid JSON: "),
        ("[" * 99_999, "posts.jsonl:2:1: invalid JSON: RecursionError."),
        ('{"text": "x"}', 'posts.jsonl:2:1: should be an object with a "text" and a "label".'),
        ('{"text": " ", "label": "a"}', "posts.jsonl:2:1: should be an object"),
        ('{"text": "x", "label": 3}', "posts.jsonl:2:1: should be an object"),
        ("7", "posts.jsonl:2:1: should be an object"),
    ],
)
def test_a_row_that_is_none_is_told_with_file_and_line(tmp_path, line, told):
    (tmp_path / "posts.jsonl").write_text('{"text": "x", "label": "a"}\n' + line + "\n")
    assert complaint(tmp_path, "a", "A", "posts.jsonl").startswith(told)


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert complaint(tmp_path, "a", "A", "gone.jsonl") == (
        "harken.yaml:1:43: topics.0.examples: file 'gone.jsonl' not found; "
        "it should contain JSON lines with text and label."
    )


@pytest.mark.parametrize("harm", [b"", b"\x1f\x8b\x08 nothing", b"plain text"])
def test_a_damaged_file_is_told(tmp_path, harm):
    packed = write(tmp_path / "posts.jsonl.gz").read_bytes()
    (tmp_path / "posts.jsonl.gz").write_bytes(harm or packed[:-9])
    assert complaint(tmp_path, "a", "A", "posts.jsonl.gz").startswith(
        "posts.jsonl.gz: cannot be read ("
    )


def test_what_is_not_shaped_like_topics_is_told_by_validation(tmp_path):
    (tmp_path / "harken.yaml").write_text("topics: [3, {id: a}]\n")
    with pytest.raises(ConfigError, match=r"harken.yaml:1:10: topics.0: "):
        load(tmp_path / "harken.yaml", {})


def test_no_text_of_an_example_is_repeated_in_a_mistake(tmp_path):
    (tmp_path / "posts.jsonl").write_text('{"text": "canary", "label": [1]}\n')
    assert "canary" not in complaint(tmp_path, "a", "A", "posts.jsonl")


@given(st.text())
def test_case_and_punctuation_of_a_label_mean_nothing(label):
    assert normalize_label(f" _{label.upper()}? ") == normalize_label(label.upper())
    assert normalize_label(normalize_label(label)) == normalize_label(label)


def test_a_text_that_stands_twice_counts_once(tmp_path):
    rows = read_examples(write(tmp_path / "posts.jsonl", [*ROWS, *ROWS]))
    assert rows[0] == Example("It came late.", "Delivery")
    assert texts_of_topic(rows, "delivery", None) == ["It came late.", "Where is it?"]
