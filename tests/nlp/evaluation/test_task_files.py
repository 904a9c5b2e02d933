"""tests/data: the shape of the labelled files that were written for this project."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"
SENTIMENTS = {"negative", "neutral", "positive"}
INTENTS = {"complaint", "question", "request", "praise", "purchase", "churn_risk"}
LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "ar"}


def rows(name):
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def towards():
    """Return the targets and labels of each text."""
    by_text = defaultdict(dict)
    for row in rows("towards"):
        by_text[row["text"]][row["target"]] = row["label"]
    return by_text


def test_towards_has_texts_of_several_brands_with_different_labels(towards):
    assert sum(map(len, towards.values())) == len(rows("towards")) >= 300
    multi_label_texts = [labels for labels in towards.values() if len(labels) > 1]
    assert len(multi_label_texts) >= 150
    assert sum(len(set(labels.values())) > 1 for labels in multi_label_texts) >= 100


def test_a_target_occurs_in_its_text(towards):
    for text, labels in towards.items():
        assert all(target in text for target in labels)


def test_one_label_per_text_is_wrong_for_many_targets(towards):
    """The most frequent label of each text is wrong for a quarter of the targets."""
    best = sum(max(Counter(labels.values()).values()) for labels in towards.values())
    assert best / len(rows("towards")) < 0.75


def test_intents_occur_alone_together_and_not_at_all():
    intent_rows = rows("intent")
    assert len(intent_rows) == len({row["text"] for row in intent_rows}) >= 300
    counts = Counter(intent for row in intent_rows for intent in row["labels"])
    assert set(counts) == INTENTS
    assert min(counts.values()) >= 50
    assert {len(row["labels"]) for row in intent_rows} >= {0, 1, 2}


def test_orders_are_pairs_of_a_text_and_the_text_with_an_instruction():
    order_rows = rows("orders")
    assert len(order_rows) == len({row["text"] for row in order_rows}) >= 100
    for row in order_rows:
        assert row["with_order"] != row["text"]
        assert len(row["with_order"]) > len(row["text"])
        words = set(row["text"].split())
        assert len(words & set(row["with_order"].split())) >= 0.9 * len(words)
    assert sum(row["label"] == "negative" for row in order_rows) >= 80


@pytest.mark.parametrize("name", ["towards", "orders"])
def test_labels_are_sentiments(name):
    assert {row["label"] for row in rows(name)} == SENTIMENTS


@pytest.mark.parametrize("name", ["towards", "intent"])
def test_every_supported_language_occurs(name):
    counts = Counter(row["language"] for row in rows(name))
    assert set(counts) == LANGUAGES
    assert min(counts.values()) >= 10
