"""A letter claims no more of its own completeness than the record knows."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from alerts.messages.completing import load_completeness
from store import tables
from store.analysis.queue import save_results
from store.crawl import sources
from tests.store.factories import MODEL, NOON, begin, finding, hear, heard, key

DAY = timedelta(days=1)


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        begin(tx, "blog", "forum")
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
        for _ in range(2):
            sources.record_outcome(tx, "forum", state="failed", reason="answered 500", now=NOON)
    return sqlite_record


def known(record, since=NOON - DAY, until=NOON + DAY):
    with record.read() as tx:
        return load_completeness(tx, since=since, until=until, now=NOON, quality={MODEL: 0.7}.get)


def test_who_was_not_heard_is_named_with_the_reason(record):
    coverage = known(record).coverage
    assert (coverage.sources, coverage.heard) == (2, 1)
    assert [(u.name, u.state, u.reason) for u in coverage.unheard] == [
        ("forum", "broken", "answered 500")
    ]
    assert known(record).outages == ()


def test_before_anything_was_scored_no_model_is_named(record):
    hear(record, heard("a"))
    assert (known(record).model, known(record).pending) == ("", 1)


def test_unscored_mentions_are_counted_by_language_within_the_window_alone(record):
    names = {"de1": NOON, "de2": NOON, "fr": NOON, "old": NOON - 9 * DAY, "en": NOON}
    hear(record, *(heard(name, published=at) for name, at in names.items()))
    unread = [
        finding(name, analysis="unscored", language=name[:2], verdicts=())
        for name in names
        if name != "en"
    ]
    with record.write() as tx:
        save_results(tx, [*unread, finding("en")], now=NOON)
    assert known(record).unscored == {"de": 2, "fr": 1}
    assert known(record, until=NOON).unscored == {}
    assert known(record).model == MODEL


def test_what_its_author_took_back_is_counted_as_that(record):
    hear(record, heard("a"), heard("b"))
    with record.write() as tx:
        gone = update(tables.mentions).where(tables.mentions.c.id == key("a"))
        tx.execute(gone.values(state="deleted"))
    assert (known(record).deleted, known(record).pending) == (1, 1)


def test_a_source_that_worked_and_fell_silent_is_a_silence_of_the_letter(record):
    with record.write() as tx:
        for _ in range(2):
            sources.record_outcome(tx, "blog", state="failed", reason="no answer", now=NOON)
    (silence,) = known(record).outages
    assert (silence.what, silence.name, silence.since) == ("source", "blog", NOON)
