"""Labels: the newest counts, the history stays, an edit makes them stale, erasing removes them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from store import batches, tables
from store.labels.label import Label, LabelHead
from store.labels.labels import (
    add_labels,
    current_labels,
    is_revision,
    label_history,
    labellable_mentions,
    labelled_mentions,
    withdraw_labels,
)
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

MINUTE = timedelta(minutes=1)
TEXT = "The brake is loud."


@pytest.fixture
def filled(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a"), crawled_post("b"))
    return record


def label(name="a", **fields):
    post = crawled_post(name)
    default = Label(
        mention=post.id,
        text_sha256=post.text_sha256,
        head=LabelHead.SENTIMENT,
        classes=("negative",),
        person="ana",
        at=NOON,
    )
    return replace(default, **fields)


def add(record, *new_labels):
    with record.write() as tx:
        return add_labels(tx, new_labels)


def current(record, **options):
    with record.read() as tx:
        return current_labels(tx, **options)


def test_newest_label_of_a_head_counts_and_the_history_stays(filled):
    first, second = label(), label(classes=("neutral",), at=NOON + MINUTE)
    assert add(filled, second, first) == 2
    assert current(filled) == [second]
    with filled.read() as tx:
        assert label_history(tx, key("a")) == [first, second]


def test_later_row_wins_at_the_same_time(filled):
    add(filled, label(), label(classes=("positive",)))
    assert current(filled) == [label(classes=("positive",))]


def test_heads_and_watches_have_labels_of_their_own(filled):
    new_labels = [
        label(),
        label(head=LabelHead.TOWARDS, watch="acme"),
        label(head=LabelHead.TOWARDS, watch="rival", classes=("positive",)),
        label(head=LabelHead.TOPIC, classes=("delivery", "price")),
        label(head=LabelHead.ROLE, classes=("news",)),
        label("b"),
    ]
    assert add(filled, *new_labels) == 6
    assert sorted(current(filled), key=repr) == sorted(new_labels, key=repr)
    assert {item.mention for item in current(filled, ids=[key("b")])} == {key("b")}


def test_no_topic_is_a_label(filled):
    add(filled, label(head=LabelHead.TOPIC, classes=()))
    assert current(filled) == [label(head=LabelHead.TOPIC, classes=())]


def test_exact_repeat_is_stored_once(filled):
    assert (add(filled, label(), label()), add(filled, label())) == (1, 0)
    assert add(filled, label(person="ben")) == 1


def test_repeat_of_the_newest_label_is_skipped_at_any_time(filled):
    assert add(filled, label(), label(at=NOON + MINUTE)) == 1
    assert add(filled, label(at=NOON + MINUTE)) == 0
    other = label(classes=("neutral",), at=NOON + 2 * MINUTE)
    assert add(filled, other, label(at=NOON + 3 * MINUTE)) == 2
    assert [item.classes for item in current(filled)] == [("negative",)]


def test_withdrawn_label_no_longer_counts_but_stays_in_the_history(filled):
    add(filled, label(), label(head=LabelHead.ROLE, classes=("news",)))
    with filled.write() as tx:
        count = withdraw_labels(
            tx, key("a"), heads=[LabelHead.SENTIMENT], person="ben", now=NOON + MINUTE
        )
    assert (count, [item.head for item in current(filled)]) == (1, [LabelHead.ROLE])
    with filled.read() as tx:
        assert [item.is_withdrawn for item in label_history(tx, key("a"))] == [False, False, True]
    add(filled, label(at=NOON + 2 * MINUTE))
    assert len(current(filled)) == 2


def test_label_of_an_edited_text_is_stale(filled):
    add(filled, label())
    store_page(filled, crawled_post("a", "The brake is quiet now."), at=NOON + MINUTE)
    assert [item.is_stale for item in current(filled)] == [True]
    with filled.read() as tx:
        assert list(labelled_mentions(tx)) == []
        assert is_revision(tx, key("a"), label().text_sha256)
        assert not is_revision(tx, key("a"), "0" * 64)


def test_label_of_a_deleted_mention_is_never_returned(filled):
    add(filled, label())
    with filled.write() as tx:
        tx.execute(update(tables.mentions).values(state="deleted"))
    assert current(filled) == []
    with filled.read() as tx:
        assert labellable_mentions(tx, [key("a")]) == {}
        assert label_history(tx, key("a")) == []


def test_erased_mention_takes_its_labels_along(filled):
    add(filled, label(), label("b"))
    with filled.write() as tx:
        for name in ("matches", "sightings", "revisions", "changes"):
            tx.execute(delete(tables.metadata.tables[name]))
        tx.execute(delete(tables.mentions).where(tables.mentions.c.id == key("a")))
        assert tx.execute(select(func.count()).select_from(tables.labels)).scalar() == 1


def test_labelled_mentions_come_with_their_texts_in_batches(filled, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SIZE", 1)
    add(filled, label(), label("b", at=NOON + MINUTE))
    with filled.read() as tx:
        assert [(item.mention, m.text) for item, m in labelled_mentions(tx)] == [
            (key("a"), TEXT),
            (key("b"), TEXT),
        ]
        assert list(labelled_mentions(tx, only_sampled=True)) == []


def test_labellable_mention_has_the_watches_that_it_matches(filled):
    with filled.read() as tx:
        assert labellable_mentions(tx, [key("a")])[key("a")].watches == {"acme"}
