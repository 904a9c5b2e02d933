"""store.analysis.rescoring: mentions that lack a verdict towards one of their watches."""

from dataclasses import replace

import pytest

from store.analysis.rescoring import missing_targets
from store.analysis.verdicts import save_results
from tests.store.factories import MODEL, NOON, begin, finding, hear, heard, key, verdict

BOTH = {"acme": "r1", "globex": "r1"}


@pytest.fixture
def record(record):
    with record.write() as tx:
        begin(tx, "blog")
    return record


def scored(record, name, matches, towards=(), **said):
    hear(record, heard(name, matches=matches))
    words = (verdict(), *(verdict(watch=w, topics=()) for w in towards))
    with record.write() as tx:
        save_results(tx, [finding(name, verdicts=words, **said)], now=NOON)


def lacking(record, **said):
    with record.read() as tx:
        return missing_targets(tx, MODEL, **({"after": "", "limit": 99} | said))


def test_one_that_lacks_a_reading_is_told_with_those_that_it_has(record):
    scored(record, "a", BOTH, ["acme"])
    (one,) = lacking(record)
    assert (one.id, one.text) == (key("a"), "The brake is loud.")
    assert (one.watches, one.scored_watches) == ({"acme", "globex"}, {"acme"})


@pytest.mark.parametrize(("matches", "towards"), [({"acme": "r1"}, ()), (BOTH, ("acme", "globex"))])
def test_of_one_watch_or_read_towards_each_nothing_lacks(record, matches, towards):
    scored(record, "a", matches, towards)
    assert lacking(record) == []


def test_a_watch_that_is_new_makes_a_mention_lack_a_reading(record):
    scored(record, "a", {"acme": "r1"})
    hear(record, heard("a", matches=BOTH))
    assert [one.scored_watches for one in lacking(record)] == [frozenset()]


def test_what_waits_was_edited_or_was_judged_by_another_is_not_meant(record):
    scored(record, "other", BOTH, model="other")
    scored(record, "a", BOTH)
    hear(record, heard("a", "Another text.", matches=BOTH))
    assert lacking(record) == []


def test_all_are_met_once_batch_by_batch(record):
    for n in range(5):
        scored(record, f"m{n}", BOTH)
    met, after = [], ""
    while batch := lacking(record, after=after, limit=2):
        met += [one.id for one in batch]
        after = batch[-1].id
    assert met == sorted(key(f"m{n}") for n in range(5))


def test_a_reading_of_the_text_of_before_does_not_count(record):
    scored(record, "a", BOTH, ["acme", "globex"])
    hear(record, heard("a", "Another text.", matches=BOTH))
    fresh = replace(finding("a", "Another text."), verdicts=(verdict("Another text."),))
    with record.write() as tx:
        save_results(tx, [fresh], now=NOON)
    assert [one.scored_watches for one in lacking(record)] == [frozenset()]
