"""store.analysis.rescoring: mentions that lack a verdict towards one of their watches."""

from dataclasses import replace

import pytest

from store.analysis.rescoring import missing_targets
from store.analysis.verdicts import save_results
from tests.store.factories import (
    MODEL,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    verdict,
)

BOTH = {"acme": "r1", "globex": "r1"}


@pytest.fixture
def record(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    return record


def add_scored(record, name, matches, towards=(), **fields):
    store_page(record, crawled_post(name, matches=matches))
    verdicts = (verdict(), *(verdict(watch=w, topics=()) for w in towards))
    with record.write() as tx:
        save_results(tx, [analysis_result(name, verdicts=verdicts, **fields)], now=NOON)


def missing(record, **paging):
    with record.read() as tx:
        return missing_targets(tx, MODEL, **({"after": "", "limit": 99} | paging))


def test_missing_target_has_the_scored_watches(record):
    add_scored(record, "a", BOTH, ["acme"])
    (target,) = missing(record)
    assert (target.id, target.text) == (key("a"), "The brake is loud.")
    assert (target.watches, target.scored_watches) == ({"acme", "globex"}, {"acme"})


@pytest.mark.parametrize(("matches", "towards"), [({"acme": "r1"}, ()), (BOTH, ("acme", "globex"))])
def test_mention_of_one_watch_or_with_all_verdicts_lacks_none(record, matches, towards):
    add_scored(record, "a", matches, towards)
    assert missing(record) == []


def test_verdict_towards_a_new_watch_is_missing(record):
    add_scored(record, "a", {"acme": "r1"})
    store_page(record, crawled_post("a", matches=BOTH))
    assert [one.scored_watches for one in missing(record)] == [frozenset()]


def test_pending_mentions_and_other_models_are_ignored(record):
    add_scored(record, "other", BOTH, model="other")
    add_scored(record, "a", BOTH)
    store_page(record, crawled_post("a", "Another text.", matches=BOTH))
    assert missing(record) == []


def test_all_are_returned_once_in_batches(record):
    for n in range(5):
        add_scored(record, f"m{n}", BOTH)
    ids, after = [], ""
    while batch := missing(record, after=after, limit=2):
        ids += [one.id for one in batch]
        after = batch[-1].id
    assert ids == sorted(key(f"m{n}") for n in range(5))


def test_verdict_on_a_former_text_does_not_count(record):
    add_scored(record, "a", BOTH, ["acme", "globex"])
    store_page(record, crawled_post("a", "Another text.", matches=BOTH))
    fresh = replace(analysis_result("a", "Another text."), verdicts=(verdict("Another text."),))
    with record.write() as tx:
        save_results(tx, [fresh], now=NOON)
    assert [one.scored_watches for one in missing(record)] == [frozenset()]
