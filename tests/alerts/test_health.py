"""Silence is never reported as calm, and what never worked is broken, not silent."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.health import (
    CRAWL_MARGIN,
    LATE_INTERVALS,
    MAX_BACKLOG_AGE,
    STALE_AFTER,
    STARTUP_TIME,
    coverage_keys,
    index_keys,
    outage_keys,
    source_problem,
    status_report,
    system_health,
)
from core.incident import IncidentKind, IncidentState
from store import changes, processes
from store.alerts import incidents
from store.analysis import rescoring
from store.analysis.verdicts import save_results
from store.crawl import sources
from store.crawl.sources import SourceRecord
from store.processes import ProcessStatus
from tests.store.factories import MODEL, NOON, begin, finding, hear, heard, incident

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def record(sqlite_record):
    """Two covered sources and no backlog."""
    with sqlite_record.write() as tx:
        begin(tx, "blog", "forum", at=NOON - HOUR)
        for slug in ("blog", "forum"):
            sources.record_outcome(tx, slug, state="ok", reason=None, now=NOON)
    return sqlite_record


def look(record, now=NOON):
    with record.read() as tx:
        return system_health(tx, now=now)


def settle(record, slug, *states, at=NOON):
    with record.write() as tx:
        for state in states:
            sources.record_outcome(tx, slug, state=state, reason=f"it {state}", now=at)


def beat(record, name, *, at=NOON, state="working", reason=None):
    process = ProcessStatus(
        name=name, pid=7, host="here", started=at, beat=at, state=state, reason=reason
    )
    with record.write() as tx:
        processes.beat(tx, process)


def told(known):
    return [(s.what, s.name) for s in known.outages]


def test_all_heard_and_no_incident_is_calm(record):
    for name in ("run", "analyse", "index", "smtp"):
        beat(record, name)
    health = look(record)
    assert (health.calm, health.outages) == (True, ())
    assert (health.coverage.sources, health.coverage.heard) == (2, 2)


@pytest.mark.parametrize("phase", [IncidentState.OPEN, IncidentState.ACKNOWLEDGED])
def test_an_open_incident_is_no_calm(record, phase):
    with record.write() as tx:
        incidents.add(tx, incident(state=phase), detector_json={})
    assert look(record).calm is False


def test_what_is_over_or_a_mere_notice_is_calm(record):
    with record.write() as tx:
        incidents.add(tx, incident(state=IncidentState.RESOLVED, resolved=NOON), detector_json={})
        incidents.add(tx, incident(kind=IncidentKind.SOUR), detector_json={})
    assert look(record).calm is True


def test_beside_a_silence_nobody_can_tell_not_even_that_a_crisis_is_open(record):
    with record.write() as tx:
        incidents.add(tx, incident(), detector_json={})
    beat(record, "index", state="failing", reason="no disk")
    assert look(record).calm is None


@pytest.mark.parametrize(
    ("process", "what"),
    [
        ("run", "scheduler"),
        ("analyse", "scorer"),
        ("analyse-2", "scorer"),
        ("index", "index"),
        ("smtp", "smtp"),
    ],
)
def test_every_process_that_fails_is_a_silence_by_the_name_of_its_work(record, process, what):
    beat(record, process, at=NOON - HOUR, state="failing", reason="no memory")
    health = look(record)
    (silence,) = health.outages
    assert (silence.what, silence.name, silence.reason) == (what, process, "no memory")
    assert silence.since == NOON - HOUR, "since its last good beat"
    assert health.calm is None


def test_a_process_that_says_nothing_is_silent_soon(record):
    beat(record, "analyse")
    assert look(record, NOON + STALE_AFTER).outages == ()
    (silence,) = look(record, NOON + STALE_AFTER + SECOND).outages
    assert (silence.what, silence.since, silence.reason) == ("scorer", NOON, "not responding")


def test_a_process_that_is_starting_has_not_worked_yet_but_not_for_ever(record):
    beat(record, "analyse", state="starting")
    assert look(record, NOON + STARTUP_TIME).calm is True
    assert told(look(record, NOON + STARTUP_TIME + SECOND)) == [("scorer", "analyse")]


def test_a_process_that_nobody_knows_is_no_silence(record):
    beat(record, "guest", state="failing")
    assert look(record).calm is True


def test_a_replay_is_told_but_never_a_silence_nor_a_backlog(record):
    """Mentions of a rescoring have scores already, so they are no backlog."""
    hear(record, heard("a"))
    with record.write() as tx:
        save_results(tx, [finding("a")], now=NOON)
        rescoring.start(tx, "newer")
    before = look(record, NOON + SECOND)
    late = look(record, NOON + 99 * MAX_BACKLOG_AGE)
    assert [silence for silence in late.outages if silence.what == "scorer"] == []
    with record.read() as tx:
        told_now = status_report(tx, before)
    assert told_now["replay"] == {"model": "newer", "waiting": 1}
    assert told_now["models"] == {MODEL: 1}
    assert (before.calm, told_now["mentions"]["pending"]) == (True, 0)


def test_mentions_that_wait_too_long_are_a_silent_scorer(record):
    hear(record, heard("a"))
    assert look(record, NOON + MAX_BACKLOG_AGE).outages == ()
    late = look(record, NOON + MAX_BACKLOG_AGE + SECOND)
    (silence,) = [s for s in late.outages if s.what == "scorer"]
    assert (silence.since, silence.reason) == (NOON, "mentions waiting to be scored: 1")
    with record.write() as tx:
        save_results(tx, [finding("a")], now=NOON)
    assert "scorer" not in dict(told(look(record, NOON + MAX_BACKLOG_AGE + SECOND)))


def test_one_bad_crawl_of_a_source_that_worked_is_no_news_two_are(record):
    settle(record, "blog", "failed")
    assert look(record).coverage.unheard == ()
    settle(record, "blog", "failed", at=NOON + HOUR)
    health = look(record, NOON + SECOND)
    assert told(health) == [("source", "blog")]
    assert health.outages[0].since == NOON, "since the first of them"
    assert coverage_keys(health.coverage)["silent"] == ["blog"]
    assert (health.coverage.heard, health.calm) == (1, None)


def test_a_source_that_is_heard_again_is_no_silence(record):
    settle(record, "blog", "failed", "failed", "ok")
    assert look(record).calm is True


def test_a_source_that_is_not_crawled_any_more_is_late_since_it_was_last_heard(record):
    """The scheduler died: no crawl fails, there is none."""
    settle(record, "forum", "ok", at=NOON + 9 * HOUR)
    settle(record, "blog", "ok", at=NOON + HOUR)
    overdue = NOON + HOUR + LATE_INTERVALS * timedelta(seconds=900) + CRAWL_MARGIN
    assert look(record, overdue).outages == ()
    health = look(record, overdue + SECOND)
    assert told(health) == [("source", "blog")]
    assert health.outages[0].since == NOON + HOUR
    assert coverage_keys(health.coverage)["late"] == ["blog"]


@pytest.mark.parametrize(
    ("states", "named"),
    [((), "late"), (("failed",), "broken"), (("failed", "failed"), "broken"),
     (("waiting",), "broken"), (("forbidden",), "forbidden")],
)  # fmt: skip
def test_a_source_that_never_worked_is_named_but_is_no_silence(record, states, named):
    with record.write() as tx:
        listed = [(s, "feed", {}, 900) for s in ("blog", "forum", "new")]
        sources.replace_from_file(tx, listed, now=NOON)
    settle(record, "new", *states)
    health = look(record)
    keys = coverage_keys(health.coverage)
    assert [k for k in ("late", "silent", "forbidden", "broken", "gap") if keys[k]] == [named]
    assert keys[named] == ["new"]
    assert (health.outages, health.calm) == ((), True)


def test_a_source_that_worked_and_then_forbids_us_is_a_silence(record):
    settle(record, "blog", "forbidden")
    assert told(look(record)) == [("source", "blog")]
    assert coverage_keys(look(record).coverage)["forbidden"] == ["blog"]


def test_while_nothing_at_all_is_heard_calm_is_not_claimed(sqlite_record):
    """Sources that never worked are no outages, but calm is unknown."""
    with sqlite_record.write() as tx:
        begin(tx, "blog", at=NOON)
        sources.record_outcome(tx, "blog", state="failed", reason="HTTP 404", now=NOON)
    health = look(sqlite_record)
    assert (health.outages, health.calm) == ((), None)


def test_a_source_that_nobody_listens_to_is_not_missed(record):
    settle(record, "blog", "failed", "failed")
    with record.write() as tx:
        sources.replace_from_file(tx, [("forum", "feed", {}, 900)], now=NOON)
    assert look(record).calm is True


STATES = st.sampled_from(["new", "ok", "failed", "forbidden", "waiting"])
AGES = st.none() | st.integers(0, 9).map(lambda h: NOON - h * HOUR)


@given(STATES, st.integers(0, 4), AGES, st.integers(1, 7200))
def test_only_a_source_that_was_heard_lately_counts_as_heard(state, failures, ok, interval):
    row = SourceRecord(
        slug="s", kind="feed", options={}, interval_s=interval, state=state, since=NOON,
        reason=None, cursor={}, validators={}, due=NOON, failures=failures, first_ok=ok,
        last_ok=ok, backfilled=None,
    )  # fmt: skip
    missing = source_problem(row, now=NOON)
    if missing is None:
        assert ok is not None
        assert NOON - ok <= LATE_INTERVALS * timedelta(seconds=interval) + CRAWL_MARGIN
        assert state in ("ok", "failed", "waiting")
    else:
        assert missing.state in ("late", "silent", "forbidden", "broken")


def test_the_report_has_the_keys_of_the_contract(record):
    beat(record, "run")
    settle(record, "blog", "failed", "failed")
    with record.read() as tx:
        report = status_report(tx, system_health(tx, now=NOON))
        index = index_keys(tx, "tantivy", "tantivy")
    assert set(report) == {
        *("mentions", "models", "replay", "outbox", "coverage", "silences", "calm", "processes")
    }
    assert set(report["mentions"]) == {"pending", "scored", "unscored", "quarantined", "deleted"}
    assert set(report["outbox"]) == {"due", "sent", "failed"}
    assert set(report["coverage"]) == {
        *("sources", "heard", "late", "silent", "forbidden", "broken", "gap")
    }
    assert [set(s) for s in report["silences"]] == [{"what", "name", "since", "reason"}]
    assert set(index) == {"engine", "docs", "lag"}
    assert outage_keys(look(record).outages[0])["what"] == "source"


def test_the_index_is_as_far_behind_as_it_was_not_told(record):
    hear(record, *(heard(name) for name in "abc"))
    with record.write() as tx:
        changes.commit_offset(tx, "tantivy", changes.last_number(tx) - 1, now=NOON)
    with record.read() as tx:
        assert index_keys(tx, "tantivy", "tantivy") == {"engine": "tantivy", "docs": 2, "lag": 1}
        assert index_keys(tx, "tantivy", "other")["lag"] == 3
