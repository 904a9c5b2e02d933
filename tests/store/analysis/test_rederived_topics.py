"""store.analysis.rederiving: stored topics, and others in their place."""

from dataclasses import replace

import pytest

from store import changes, mentions
from store.analysis import rederiving
from store.analysis.verdicts import save_results
from store.crawl.pages import record_page
from tests.store.factories import MODEL, NOON, begin, finding, hear, heard, key, page, verdict

ENCODER = "e" * 64


@pytest.fixture
def record(record):
    with record.write() as tx:
        begin(tx, "blog")
    return record


def scored(record, *names, **said):
    hear(record, *(heard(name) for name in names))
    with record.write() as tx:
        save_results(tx, [finding(name, **said) for name in names], now=NOON)


def standing(record, encoder=ENCODER, after="", limit=99):
    with record.read() as tx:
        return rederiving.topic_assignments(tx, encoder, after=after, limit=limit)


def retold(record, *told):
    with record.write() as tx:
        return rederiving.update_topics(tx, [replace(s, topics=("price",)) for s in told])


def found(record, name):
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def test_what_stands_is_told_with_its_vector(record):
    scored(record, "a")
    (one,) = standing(record)
    assert (one.id, one.language, one.model) == (key("a"), "en", MODEL)
    assert (one.topics, one.vector) == (("safety",), b"\x00\x3c" * 4)


def test_all_are_met_once_batch_by_batch(record):
    names = [f"m{k}" for k in range(7)]
    scored(record, *names)
    met, after = [], ""
    while batch := standing(record, after=after, limit=3):
        met += [s.id for s in batch]
        after = batch[-1].id
    assert met == sorted(map(key, names))


@pytest.mark.parametrize(
    ("said", "encoder"), [({}, "f" * 64), ({"vector": None}, ENCODER), ({"verdicts": ()}, ENCODER)]
)
def test_without_a_vector_of_the_encoder_or_a_verdict_there_is_nothing_to_judge(
    record, said, encoder
):
    scored(record, "a", **said)
    assert standing(record, encoder) == []


def test_an_edited_mention_that_waits_is_left_to_the_model(record):
    scored(record, "a")
    hear(record, heard("a", "Another text."))
    assert standing(record) == []


def test_topics_are_replaced_and_nothing_else(record):
    scored(record, "a", "b")
    before = found(record, "a")
    assert retold(record, *standing(record)[:1]) == 1
    (changed,) = [n for n in "ab" if found(record, n).verdict.topics == ("price",)]
    (other,) = {"a", "b"} - {changed}
    assert found(record, changed).verdict == replace(verdict(), topics=("price",))
    assert found(record, other).verdict == verdict()
    assert found(record, "a").analysis is before.analysis


def test_verdicts_of_other_models_and_towards_watches_stay(record):
    old = replace(verdict(), model="old")
    towards = replace(verdict(), watch="acme", topics=())
    scored(record, "a", verdicts=(old, towards, verdict()))
    retold(record, *standing(record))
    topics = {(v.model, v.watch): v.topics for v in found(record, "a").verdicts}
    assert topics == {("old", None): ("safety",), (MODEL, "acme"): (), (MODEL, None): ("price",)}


def test_the_index_hears_of_what_changed(record):
    scored(record, "a", "b")
    with record.read() as tx:
        heard_at = changes.last_number(tx)
    (one, _) = standing(record)
    retold(record, one)
    with record.read() as tx:
        assert [i for _, i in changes.read_after(tx, heard_at, 9)] == [one.id]


def test_what_was_edited_meanwhile_is_left_alone(record):
    scored(record, "a")
    stale = standing(record)
    with record.write() as tx:
        record_page(tx, page(heard("a", "Another text.")), now=NOON)
        heard_at = changes.last_number(tx)
    assert retold(record, *stale) == 0
    assert retold(record, replace(stale[0], id="0" * 32)) == 0
    with record.read() as tx:
        assert changes.last_number(tx) == heard_at
