"""Examples of topics from a file of labelled posts; errors have file and line."""

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
    content = gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode()
    path.write_bytes(content)
    return path


def settings(folder, *topic):
    (folder / "harken.yaml").write_text(TOPIC.format(*topic))
    return load(folder / "harken.yaml", {})


def error_message(folder, *topic):
    with pytest.raises(ConfigError) as error:
        settings(folder, *topic)
    return str(error.value).replace(f"{folder}/", "")


@pytest.mark.parametrize("name", ["posts.jsonl", "posts.jsonl.gz"])
def test_topic_has_the_rows_with_its_label(tmp_path, name):
    write(tmp_path / name)
    (topic,) = settings(tmp_path, "delivery", "Parcels", name).topics
    assert topic.examples == ("It came late.", "Where is it?")


@pytest.mark.parametrize("names", [("delivery", "Renamed"), ("renamed", "Delivery")])
def test_renaming_the_id_or_the_name_keeps_the_examples(tmp_path, names):
    write(tmp_path / "posts.jsonl")
    assert len(settings(tmp_path, *names, "posts.jsonl").topics[0].examples) == 2


def test_list_of_examples_is_used_unchanged(tmp_path):
    assert settings(tmp_path, "a", "A", "[one, two]").topics[0].examples == ("one", "two")


def test_topic_without_rows_is_reported_with_its_position(tmp_path):
    write(tmp_path / "posts.jsonl")
    assert error_message(tmp_path, "colour", "Colour", "posts.jsonl") == (
        "harken.yaml:1:53: topics.0.examples: no row of posts.jsonl has the label 'colour'; "
        "its labels include: Delivery, delivery, price?."
    )


@pytest.mark.parametrize(
    ("line", "message"),
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
def test_invalid_row_is_reported_with_file_and_line(tmp_path, line, message):
    (tmp_path / "posts.jsonl").write_text('{"text": "x", "label": "a"}\n' + line + "\n")
    assert error_message(tmp_path, "a", "A", "posts.jsonl").startswith(message)


def test_missing_file_is_reported(tmp_path):
    assert error_message(tmp_path, "a", "A", "gone.jsonl") == (
        "harken.yaml:1:43: topics.0.examples: file 'gone.jsonl' not found; "
        "it should contain JSON lines with text and label."
    )


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b\x08 nothing", b"plain text"])
def test_damaged_file_is_reported(tmp_path, damage):
    content = write(tmp_path / "posts.jsonl.gz").read_bytes()
    (tmp_path / "posts.jsonl.gz").write_bytes(damage or content[:-9])
    assert error_message(tmp_path, "a", "A", "posts.jsonl.gz").startswith(
        "posts.jsonl.gz: cannot be read ("
    )


def test_invalid_topics_are_reported_by_validation(tmp_path):
    (tmp_path / "harken.yaml").write_text("topics: [3, {id: a}]\n")
    with pytest.raises(ConfigError, match=r"harken.yaml:1:10: topics.0: "):
        load(tmp_path / "harken.yaml", {})


def test_error_does_not_quote_an_example(tmp_path):
    (tmp_path / "posts.jsonl").write_text('{"text": "canary", "label": [1]}\n')
    assert "canary" not in error_message(tmp_path, "a", "A", "posts.jsonl")


@given(st.text())
def test_case_and_punctuation_of_a_label_are_ignored(label):
    assert normalize_label(f" _{label.upper()}? ") == normalize_label(label.upper())
    assert normalize_label(normalize_label(label)) == normalize_label(label)


def test_repeated_text_is_used_once(tmp_path):
    rows = read_examples(write(tmp_path / "posts.jsonl", [*ROWS, *ROWS]))
    assert rows[0] == Example("It came late.", "Delivery")
    assert texts_of_topic(rows, "delivery", None) == ["It came late.", "Where is it?"]
