"""Learned heads: a stack of versions, with the examples they were fitted on."""

import pytest
from sqlalchemy import update

from store import tables
from store.labels import learned
from store.labels.label import LabelHead
from store.labels.learned import LearnedExample, LearnedVersion
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

KEY = ("e5-multi 33de4164", "e" * 64)


@pytest.fixture
def filled(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a"), crawled_post("b"))
    with record.write() as tx:
        rows = [
            {
                "mention": key(name),
                "text_sha256": crawled_post(name).text_sha256,
                "encoder_sha256": KEY[1],
                "vector": name.encode(),
            }
            for name in "ab"
        ]
        tx.execute(tables.vectors.insert(), rows)
    return record


def version(sha256, **fields):
    return LearnedVersion(
        **{
            "sha256": sha256 * 64,
            "model": KEY[0],
            "encoder_sha256": KEY[1],
            "heads": {"topic": {"before": None}},
            "at": NOON,
            "examples": {"topic": [example("a"), example("b", is_held_out=True)]},
        }
        | fields
    )


def example(name, **fields):
    values = {"watch": "", "classes": ("price",), "is_held_out": False} | fields
    post = crawled_post(name)
    return LearnedExample(mention=post.id, text_sha256=post.text_sha256, **values)


def add(record, *versions):
    with record.write() as tx:
        for one in versions:
            learned.add_version(tx, one)


def in_force(record, *model):
    with record.read() as tx:
        version_found = learned.version_in_force(tx, *(model or KEY))
        assert learned.sha256_in_force(tx, *(model or KEY)) == (
            version_found and version_found.sha256
        )
        return version_found


def test_newest_version_is_in_force_until_it_is_undone(filled):
    add(filled, version("1"), version("2"))
    assert in_force(filled).sha256 == "2" * 64
    for remaining in ("1" * 64, None):
        with filled.write() as tx:
            assert learned.undo(tx, *KEY, now=NOON)
        assert (in_force(filled) and in_force(filled).sha256) == remaining
    with filled.write() as tx:
        assert learned.undo(tx, *KEY, now=NOON) is None
    with filled.read() as tx:
        assert learned.version_by_name(tx, "2" * 8).sha256 == "2" * 64


def test_version_is_stored_as_it_was(filled):
    add(filled, version("1"))
    stored = in_force(filled)
    assert sorted(stored.examples["topic"], key=repr) == sorted(
        version("1").examples["topic"], key=repr
    )
    assert stored.heads == version("1").heads


def test_version_of_another_model_or_encoder_is_not_in_force(filled):
    add(filled, version("1"))
    assert in_force(filled, "e5-multi 00000000", KEY[1]) is None
    assert in_force(filled, KEY[0], "f" * 64) is None


def test_training_examples_have_text_and_vector_and_held_out_ones_are_none(filled):
    add(filled, version("1"))
    with filled.read() as tx:
        rows = learned.example_texts(tx, "1" * 64, LabelHead.TOPIC, KEY[1])
        assert learned.fitted_ids(tx, LabelHead.TOPIC) == {key("a")}
        assert learned.stored_vectors(tx, [key("b")], KEY[1]) == {
            (key("b"), crawled_post("b").text_sha256): b"b"
        }
    assert rows == [("The brake is loud.", ("price",), b"a")]


@pytest.mark.parametrize("change", [{"state": "deleted"}, {"text_sha256": "0" * 64}])
def test_example_of_a_deleted_or_edited_mention_is_left_out(filled, change):
    add(filled, version("1"))
    with filled.write() as tx:
        tx.execute(update(tables.mentions).values(change))
        assert learned.example_texts(tx, "1" * 64, LabelHead.TOPIC, KEY[1]) == []
