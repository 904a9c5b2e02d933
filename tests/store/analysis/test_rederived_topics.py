"""store.analysis.rederiving: stored topics are read and replaced."""

from dataclasses import replace

import pytest

from store import changes, mentions
from store.analysis import rederiving
from store.analysis.verdicts import save_results
from store.crawl.pages import record_page
from tests.store.factories import (
    MODEL,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    page,
    store_page,
    verdict,
)

ENCODER = "e" * 64


@pytest.fixture
def record(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    return record


def add_scored(record, *names, **fields):
    store_page(record, *(crawled_post(name) for name in names))
    with record.write() as tx:
        save_results(tx, [analysis_result(name, **fields) for name in names], now=NOON)


def assignments(record, encoder=ENCODER, after="", limit=99):
    with record.read() as tx:
        return rederiving.topic_assignments(tx, encoder, after=after, limit=limit)


def assign_price(record, *old_assignments):
    with record.write() as tx:
        return rederiving.update_topics(
            tx, [replace(s, topics=("price",)) for s in old_assignments]
        )


def read_mention(record, name):
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def test_assignment_has_topics_and_vector(record):
    add_scored(record, "a")
    (assignment,) = assignments(record)
    assert (assignment.id, assignment.language, assignment.model) == (key("a"), "en", MODEL)
    assert (assignment.topics, assignment.vector) == (("safety",), b"\x00\x3c" * 4)


def test_all_are_returned_once_in_batches(record):
    names = [f"m{k}" for k in range(7)]
    add_scored(record, *names)
    ids, after = [], ""
    while batch := assignments(record, after=after, limit=3):
        ids += [s.id for s in batch]
        after = batch[-1].id
    assert ids == sorted(map(key, names))


@pytest.mark.parametrize(
    ("fields", "encoder"),
    [({}, "f" * 64), ({"vector": None}, ENCODER), ({"verdicts": ()}, ENCODER)],
)
def test_mention_without_vector_or_verdict_has_no_assignment(record, fields, encoder):
    add_scored(record, "a", **fields)
    assert assignments(record, encoder) == []


def test_pending_edit_has_no_assignment(record):
    add_scored(record, "a")
    store_page(record, crawled_post("a", "Another text."))
    assert assignments(record) == []


def test_only_topics_are_replaced(record):
    add_scored(record, "a", "b")
    before = read_mention(record, "a")
    assert assign_price(record, *assignments(record)[:1]) == 1
    (changed_name,) = [n for n in "ab" if read_mention(record, n).verdict.topics == ("price",)]
    (other,) = {"a", "b"} - {changed_name}
    assert read_mention(record, changed_name).verdict == replace(verdict(), topics=("price",))
    assert read_mention(record, other).verdict == verdict()
    assert read_mention(record, "a").analysis is before.analysis


def test_other_verdicts_are_unchanged(record):
    old = replace(verdict(), model="old")
    towards = replace(verdict(), watch="acme", topics=())
    add_scored(record, "a", verdicts=(old, towards, verdict()))
    assign_price(record, *assignments(record))
    topics = {(v.model, v.watch): v.topics for v in read_mention(record, "a").verdicts}
    assert topics == {("old", None): ("safety",), (MODEL, "acme"): (), (MODEL, None): ("price",)}


def test_replaced_topics_are_changes(record):
    add_scored(record, "a", "b")
    with record.read() as tx:
        number = changes.last_number(tx)
    (assignment, _) = assignments(record)
    assign_price(record, assignment)
    with record.read() as tx:
        assert [i for _, i in changes.read_after(tx, number, 9)] == [assignment.id]


def test_text_edited_meanwhile_is_unchanged(record):
    add_scored(record, "a")
    stale = assignments(record)
    with record.write() as tx:
        record_page(tx, page(crawled_post("a", "Another text.")), now=NOON)
        number = changes.last_number(tx)
    assert assign_price(record, *stale) == 0
    assert assign_price(record, replace(stale[0], id="0" * 32)) == 0
    with record.read() as tx:
        assert changes.last_number(tx) == number
