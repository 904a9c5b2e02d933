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
from tests.alerts.example_emails import NOW, QUALITY
from tests.store.factories import (
    MODEL,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
)

say = Translator(zone="Europe/Berlin")
SCORER = Outage(what="scorer", name="analyse", since=NOW, reason="down")


def source_outages(count):
    """Return *count* outages of sources, each an hour longer than the one before."""
    return [
        Outage(what="source", name=f"s{n}", since=NOW - timedelta(hours=n), reason="down")
        for n in range(count)
    ]


@pytest.mark.parametrize("count", range(MAX_SOURCE_SENTENCES + 1))
def test_few_silent_sources_are_named(count):
    sentences = [say(s) for s in outage_messages([*source_outages(count), SCORER])]
    assert len(sentences) == count + 1
    assert all(f"No data from s{n} since" in sentences[n] for n in range(count))


def test_many_silent_sources_are_one_sentence():
    many, scorer = (
        say(s) for s in outage_messages([*source_outages(MAX_SOURCE_SENTENCES + 1), SCORER])
    )
    assert many == "No data from 4 sources, the first since Fri 20 Nov, 12:05."
    assert scorer.startswith("Scoring has been delayed since")


def test_first_of_two_outages_of_one_work_is_reported():
    later = Outage(what="scorer", name="analyse-2", since=NOW + timedelta(hours=1), reason="down")
    (scorer,) = (say(s) for s in outage_messages([later, SCORER]))
    assert "since Fri 20 Nov, 15:05" in scorer


def test_forbidden_source_is_reported_without_its_url():
    rule = "blocked by robots.txt: https://forum.example/feed"
    problems = (SourceProblem(name="forum", state="forbidden", reason=rule),)
    completeness = Completeness(coverage=Coverage(sources=1, heard=0, unheard=problems))
    text = " ".join(map(say, completeness_messages(completeness)))
    assert "forum (not allowed by the site)" in text
    assert rule not in text


def test_missing_baseline_is_reported():
    completeness = Completeness(coverage=Coverage(sources=1, heard=1))
    assert not any("learning" in say(s) for s in completeness_messages(completeness))
    without_baseline = Completeness(coverage=completeness.coverage, has_baseline=False)
    assert any(
        "Still learning what is normal." in say(s) for s in completeness_messages(without_baseline)
    )


DAY = timedelta(days=1)


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog", "forum")
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
        for _ in range(2):
            sources.record_outcome(tx, "forum", state="failed", reason="answered 500", now=NOON)
    return sqlite_record


def completeness_of(record, since=NOON - DAY, until=NOON + DAY):
    with record.read() as tx:
        return load_completeness(
            tx, since=since, until=until, now=NOON, quality={MODEL: QUALITY}.get
        )


def test_failed_source_is_reported_with_its_reason(record):
    coverage = completeness_of(record).coverage
    assert (coverage.sources, coverage.heard) == (2, 1)
    assert [(u.name, u.state, u.reason) for u in coverage.unheard] == [
        ("forum", "broken", "answered 500")
    ]
    assert completeness_of(record).outages == ()


def test_no_model_before_the_first_score(record):
    store_page(record, crawled_post("a"))
    assert (completeness_of(record).model, completeness_of(record).pending) == ("", 1)


def test_unscored_mentions_of_the_window_are_counted_by_language(record):
    names = {"de1": NOON, "de2": NOON, "fr": NOON, "old": NOON - 9 * DAY, "en": NOON}
    store_page(record, *(crawled_post(name, published=at) for name, at in names.items()))
    results = [
        analysis_result(
            name,
            analysis="unscored",
            reason=f"language:{name[:2]}",
            language=name[:2],
            verdicts=(),
        )
        for name in names
        if name != "en"
    ]
    with record.write() as tx:
        save_results(tx, [*results, analysis_result("en")], now=NOON)
    assert completeness_of(record).unscored == {"de": 2, "fr": 1}
    assert completeness_of(record, until=NOON).unscored == {}
    assert completeness_of(record).model == MODEL


def test_deleted_mentions_are_counted(record):
    store_page(record, crawled_post("a"), crawled_post("b"))
    with record.write() as tx:
        row = update(tables.mentions).where(tables.mentions.c.id == key("a"))
        tx.execute(row.values(state="deleted"))
    assert (completeness_of(record).deleted, completeness_of(record).pending) == (1, 1)


def test_source_that_stops_working_is_an_outage(record):
    with record.write() as tx:
        for _ in range(2):
            sources.record_outcome(tx, "blog", state="failed", reason="no answer", now=NOON)
    (outage,) = completeness_of(record).outages
    assert (outage.what, outage.name, outage.since) == ("source", "blog", NOON)
