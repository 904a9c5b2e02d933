"""An email or page claims no more completeness than the database supports."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from alerts.messages.completeness import (
    MAX_SOURCE_SENTENCES,
    Completeness,
    completeness_messages,
    load_completeness,
    outage_messages,
)
from core.coverage import Coverage, Outage, SourceProblem
from store import tables
from store.analysis.verdicts import save_results
from store.crawl import sources
from templates.i18n import Translator
from tests.alerts.example_letters import NOW
from tests.store.factories import MODEL, NOON, begin, finding, hear, heard, key

say = Translator(zone="Europe/Berlin")
SCORER = Outage(what="scorer", name="analyse", since=NOW, reason="down")


def silent_sources(count):
    """Return *count* outages of sources, each an hour longer than the one before."""
    return [
        Outage(what="source", name=f"s{n}", since=NOW - timedelta(hours=n), reason="down")
        for n in range(count)
    ]


@pytest.mark.parametrize("count", range(MAX_SOURCE_SENTENCES + 1))
def test_a_few_silent_sources_are_named(count):
    sentences = [say(s) for s in outage_messages([*silent_sources(count), SCORER])]
    assert len(sentences) == count + 1
    assert all(f"No data from s{n} since" in sentences[n] for n in range(count))


def test_many_silent_sources_are_one_sentence_so_that_the_rest_is_seen():
    many, scorer = (
        say(s) for s in outage_messages([*silent_sources(MAX_SOURCE_SENTENCES + 1), SCORER])
    )
    assert many == "No data from 4 sources, the first since Fri 20 Nov, 12:05."
    assert scorer.startswith("Scoring has been delayed since")


def test_of_two_workers_that_do_one_work_the_first_silence_is_told():
    later = Outage(what="scorer", name="analyse-2", since=NOW + timedelta(hours=1), reason="down")
    (scorer,) = (say(s) for s in outage_messages([later, SCORER]))
    assert "since Fri 20 Nov, 15:05" in scorer


def test_what_forbids_us_says_so_once():
    rule = "blocked by robots.txt: https://forum.example/feed"
    unheard = (SourceProblem(name="forum", state="forbidden", reason=rule),)
    completeness = Completeness(coverage=Coverage(sources=1, heard=0, unheard=unheard))
    text = " ".join(map(say, completeness_messages(completeness)))
    assert "forum (blocked by robots.txt)" in text
    assert rule not in text


def test_before_anything_was_learnt_that_is_said():
    completeness = Completeness(coverage=Coverage(sources=1, heard=1))
    assert not any("learning" in say(s) for s in completeness_messages(completeness))
    unlearnt = Completeness(coverage=completeness.coverage, has_baseline=False)
    assert any("Still learning what is normal." in say(s) for s in completeness_messages(unlearnt))


DAY = timedelta(days=1)


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        begin(tx, "blog", "forum")
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
        for _ in range(2):
            sources.record_outcome(tx, "forum", state="failed", reason="answered 500", now=NOON)
    return sqlite_record


def completeness_of(record, since=NOON - DAY, until=NOON + DAY):
    with record.read() as tx:
        return load_completeness(tx, since=since, until=until, now=NOON, quality={MODEL: 0.7}.get)


def test_who_was_not_heard_is_named_with_the_reason(record):
    coverage = completeness_of(record).coverage
    assert (coverage.sources, coverage.heard) == (2, 1)
    assert [(u.name, u.state, u.reason) for u in coverage.unheard] == [
        ("forum", "broken", "answered 500")
    ]
    assert completeness_of(record).outages == ()


def test_before_anything_was_scored_no_model_is_named(record):
    hear(record, heard("a"))
    assert (completeness_of(record).model, completeness_of(record).pending) == ("", 1)


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
    assert completeness_of(record).unscored == {"de": 2, "fr": 1}
    assert completeness_of(record, until=NOON).unscored == {}
    assert completeness_of(record).model == MODEL


def test_what_its_author_took_back_is_counted_as_that(record):
    hear(record, heard("a"), heard("b"))
    with record.write() as tx:
        gone = update(tables.mentions).where(tables.mentions.c.id == key("a"))
        tx.execute(gone.values(state="deleted"))
    assert (completeness_of(record).deleted, completeness_of(record).pending) == (1, 1)


def test_a_source_that_worked_and_fell_silent_is_an_outage(record):
    with record.write() as tx:
        for _ in range(2):
            sources.record_outcome(tx, "blog", state="failed", reason="no answer", now=NOON)
    (outage,) = completeness_of(record).outages
    assert (outage.what, outage.name, outage.since) == ("source", "blog", NOON)
