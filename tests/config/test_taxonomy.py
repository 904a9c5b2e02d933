"""A taxonomy in its own file, and the two packaged ones."""

import gzip
import json
from pathlib import Path

import pytest

from config.load import load as load_settings
from config.taxonomy import load
from core.errors import ConfigError
from core.watch import Topic

PACKAGED = Path(__file__).parents[2] / "nlp" / "taxonomies"


def write(folder, text):
    path = folder / "t.yaml"
    path.write_text(text)
    return path


def error_message(folder, text):
    with pytest.raises(ConfigError) as error:
        load(write(folder, text))
    return str(error.value).replace(f"{folder}/", "")


def test_topics_have_the_form_of_the_settings(tmp_path):
    path = write(tmp_path, "topics: [{id: a, name: A, sentences: [x], examples: [y]}]")
    topic = Topic(id="a", name="A", sentences=("x",), examples=("y",))
    assert load(path).topics == (topic,)
    assert load(path).pool == {}


def test_pool_contains_the_examples_of_each_topic(tmp_path):
    (tmp_path / "pool.jsonl").write_text(
        "".join(json.dumps({"text": t, "label": t[0]}) + "\n" for t in ("a1", "b1", "a2"))
    )
    path = write(
        tmp_path,
        "examples: pool.jsonl\n"
        "topics: [{id: a, name: X, sentences: [x]}, {id: c, name: B, sentences: [x]}]",
    )
    assert load(path).pool == {"a": ("a1", "a2"), "c": ("b1",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("zone: UTC", "t.yaml:1:1: zone: unknown key; expected topics or examples."),
        ("examples: [a]", "t.yaml:1:1: examples: should be the name of a file."),
        ("", "t.yaml:1:1: topics: no topic given; at least one is required."),
        ("topics: [{id: A b}]", "t.yaml:1:11: topics.0.id: should be lower-case"),
        ("topics: [{id: a, nam: A}]", "t.yaml:1:10: topics.0.name: Field required"),
    ],
)
def test_error_has_its_position(tmp_path, text, message):
    assert error_message(tmp_path, text).startswith(message)


def test_missing_pool_is_reported(tmp_path):
    text = "examples: gone.jsonl\ntopics: [{id: a, name: A, sentences: [x]}]"
    assert error_message(tmp_path, text) == (
        "t.yaml:1:1: examples: file 'gone.jsonl' not found; "
        "it should contain JSON lines with text and label."
    )


# ---- the packaged ones


def test_banking77_has_a_sentence_and_examples_for_each_of_77_intents():
    taxonomy = load(PACKAGED / "banking77.yaml")
    assert [len(topic.sentences) for topic in taxonomy.topics] == [1] * 77
    assert sum(map(len, taxonomy.pool.values())) > 9_900
    assert min(map(len, taxonomy.pool.values())) == 35


def test_sentences_of_banking77_are_not_copied_from_its_texts():
    with gzip.open(PACKAGED / "banking77_train.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = {_letters(json.loads(line)["text"]) for line in lines}
    topics = load(PACKAGED / "banking77.yaml").topics
    assert [t.id for t in topics if _letters(t.sentences[0]) in texts] == []


def test_journey_taxonomy_is_valid_in_settings(tmp_path):
    path = tmp_path / "harken.yaml"
    path.write_text((PACKAGED / "journey.yaml").read_text())
    topics = load_settings(path, {}).topics
    assert {t.id for t in topics} >= {"awareness", "payment", "delivery", "use", "loyalty"}
    assert {len(t.sentences) for t in topics} == {3}


def _letters(text):
    return "".join(filter(str.isalnum, text.casefold()))
