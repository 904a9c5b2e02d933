"""Calm is unknown during an outage; a source that never worked is broken, not silent."""

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
from tests.store.factories import (
    MODEL,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    incident,
    store_page,
)

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def record(sqlite_record):
    """Return a database with two covered sources and no backlog."""
    with sqlite_record.write() as tx:
        add_sources(tx, "blog", "forum", at=NOON - HOUR)
        for slug in ("blog", "forum"):
            sources.record_outcome(tx, slug, state="ok", reason=None, now=NOON)
    return sqlite_record


def health_of(record, now=NOON):
    with record.read() as tx:
        return system_health(tx, now=now)


def record_outcomes(record, slug, *states, at=NOON):
    with record.write() as tx:
        for state in states:
            sources.record_outcome(tx, slug, state=state, reason=f"it {state}", now=at)


def beat(record, name, *, at=NOON, state="working", reason=None):
    process = ProcessStatus(
        name=name, pid=7, host="here", started=at, beat=at, state=state, reason=reason
    )
    with record.write() as tx:
        processes.beat(tx, process)


def outage_names(health):
    return [(s.what, s.name) for s in health.outages]


def test_calm_with_all_sources_and_no_incident(record):
    for name in ("run", "analyse", "index", "smtp"):
        beat(record, name)
    health = health_of(record)
    assert (health.calm, health.outages) == (True, ())
    assert (health.coverage.sources, health.coverage.heard) == (2, 2)


@pytest.mark.parametrize("phase", [IncidentState.OPEN, IncidentState.ACKNOWLEDGED])
def test_open_incident_is_not_calm(record, phase):
    with record.write() as tx:
        incidents.add(tx, incident(state=phase), detector_json={})
    assert health_of(record).calm is False


def test_resolved_incident_or_notice_is_calm(record):
    with record.write() as tx:
        incidents.add(tx, incident(state=IncidentState.RESOLVED, resolved=NOON), detector_json={})
        incidents.add(tx, incident(kind=IncidentKind.SOUR), detector_json={})
    assert health_of(record).calm is True


def test_calm_is_unknown_during_an_outage(record):
    with record.write() as tx:
        incidents.add(tx, incident(), detector_json={})
    beat(record, "index", state="failing", reason="no disk")
    assert health_of(record).calm is None


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
def test_failing_process_is_an_outage_of_its_work(record, process, what):
    beat(record, process, at=NOON - HOUR, state="failing", reason="no memory")
    health = health_of(record)
    (silence,) = health.outages
    assert (silence.what, silence.name, silence.reason) == (what, process, "no memory")
    assert silence.since == NOON - HOUR, "since its last heartbeat"
    assert health.calm is None


def test_process_without_heartbeat_is_an_outage(record):
    beat(record, "analyse")
    assert health_of(record, NOON + STALE_AFTER).outages == ()
    (silence,) = health_of(record, NOON + STALE_AFTER + SECOND).outages
    assert (silence.what, silence.since, silence.reason) == ("scorer", NOON, "not responding")


def test_process_that_starts_too_long_is_an_outage(record):
    beat(record, "analyse", state="starting")
    assert health_of(record, NOON + STARTUP_TIME).calm is True
    assert outage_names(health_of(record, NOON + STARTUP_TIME + SECOND)) == [("scorer", "analyse")]


def test_unknown_process_is_no_outage(record):
    beat(record, "guest", state="failing")
    assert health_of(record).calm is True


def test_rescoring_is_reported_and_is_no_outage(record):
    """Mentions of a rescoring have scores already, so they are no backlog."""
    store_page(record, crawled_post("a"))
    with record.write() as tx:
        save_results(tx, [analysis_result("a")], now=NOON)
        rescoring.start(tx, "newer")
    before = health_of(record, NOON + SECOND)
    late = health_of(record, NOON + 99 * MAX_BACKLOG_AGE)
    assert [silence for silence in late.outages if silence.what == "scorer"] == []
    with record.read() as tx:
        report = status_report(tx, before)
    assert report["replay"] == {"model": "newer", "waiting": 1}
    assert report["models"] == {MODEL: 1}
    assert (before.calm, report["mentions"]["pending"]) == (True, 0)


def test_old_backlog_is_an_outage_of_scoring(record):
    store_page(record, crawled_post("a"))
    assert health_of(record, NOON + MAX_BACKLOG_AGE).outages == ()
    late = health_of(record, NOON + MAX_BACKLOG_AGE + SECOND)
    (silence,) = [s for s in late.outages if s.what == "scorer"]
    assert (silence.since, silence.reason) == (NOON, "mentions waiting to be scored: 1")
    with record.write() as tx:
        save_results(tx, [analysis_result("a")], now=NOON)
    assert "scorer" not in dict(outage_names(health_of(record, NOON + MAX_BACKLOG_AGE + SECOND)))


def test_source_is_an_outage_after_two_failures(record):
    record_outcomes(record, "blog", "failed")
    assert health_of(record).coverage.unheard == ()
    record_outcomes(record, "blog", "failed", at=NOON + HOUR)
    health = health_of(record, NOON + SECOND)
    assert outage_names(health) == [("source", "blog")]
    assert health.outages[0].since == NOON, "since the first failure"
    assert coverage_keys(health.coverage)["silent"] == ["blog"]
    assert (health.coverage.heard, health.calm) == (1, None)


def test_source_that_recovers_is_no_outage(record):
    record_outcomes(record, "blog", "failed", "failed", "ok")
    assert health_of(record).calm is True


def test_source_without_crawls_is_late_since_its_last_success(record):
    """The scheduler died: no crawl fails, there is none."""
    record_outcomes(record, "forum", "ok", at=NOON + 9 * HOUR)
    record_outcomes(record, "blog", "ok", at=NOON + HOUR)
    overdue = NOON + HOUR + LATE_INTERVALS * timedelta(seconds=900) + CRAWL_MARGIN
    assert health_of(record, overdue).outages == ()
    health = health_of(record, overdue + SECOND)
    assert outage_names(health) == [("source", "blog")]
    assert health.outages[0].since == NOON + HOUR
    assert coverage_keys(health.coverage)["late"] == ["blog"]


@pytest.mark.parametrize(
    ("states", "key"),
    [((), "late"), (("failed",), "broken"), (("failed", "failed"), "broken"),
     (("waiting",), "broken"), (("forbidden",), "forbidden")],
)  # fmt: skip
def test_source_that_never_worked_is_reported_but_no_outage(record, states, key):
    with record.write() as tx:
        rows = [(s, "feed", {}, 900) for s in ("blog", "forum", "new")]
        sources.replace_from_file(tx, rows, now=NOON)
    record_outcomes(record, "new", *states)
    health = health_of(record)
    keys = coverage_keys(health.coverage)
    assert [k for k in ("late", "silent", "forbidden", "broken", "gap") if keys[k]] == [key]
    assert keys[key] == ["new"]
    assert (health.outages, health.calm) == ((), True)


def test_source_that_becomes_forbidden_is_an_outage(record):
    record_outcomes(record, "blog", "forbidden")
    assert outage_names(health_of(record)) == [("source", "blog")]
    assert coverage_keys(health_of(record).coverage)["forbidden"] == ["blog"]


def test_calm_is_unknown_if_no_source_works(sqlite_record):
    """Sources that never worked are no outages, but calm is unknown."""
    with sqlite_record.write() as tx:
        add_sources(tx, "blog", at=NOON)
        sources.record_outcome(tx, "blog", state="failed", reason="HTTP 404", now=NOON)
    health = health_of(sqlite_record)
    assert (health.outages, health.calm) == ((), None)


def test_inactive_source_is_no_outage(record):
    record_outcomes(record, "blog", "failed", "failed")
    with record.write() as tx:
        sources.replace_from_file(tx, [("forum", "feed", {}, 900)], now=NOON)
    assert health_of(record).calm is True


STATES = st.sampled_from(["new", "ok", "failed", "forbidden", "waiting"])
AGES = st.none() | st.integers(0, 9).map(lambda h: NOON - h * HOUR)


@given(STATES, st.integers(0, 4), AGES, st.integers(1, 7200))
def test_only_a_source_with_a_recent_success_is_covered(state, failures, ok, interval):
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


def test_report_has_the_documented_keys(record):
    beat(record, "run")
    record_outcomes(record, "blog", "failed", "failed")
    with record.read() as tx:
        report = status_report(tx, system_health(tx, now=NOON))
        index = index_keys(tx, "tantivy", "tantivy")
    assert set(report) == {
        *("mentions", "models", "replay", "outbox", "coverage", "silences", "calm", "processes"),
        *("settings", "unsupported", "undated", "drift"),
    }
    assert report["settings"] is None, "no run has stored any yet"
    assert set(report["mentions"]) == {"pending", "scored", "unscored", "quarantined", "deleted"}
    assert set(report["outbox"]) == {"due", "sent", "failed"}
    assert set(report["coverage"]) == {
        *("sources", "heard", "late", "silent", "forbidden", "broken", "gap", "gaps")
    }
    assert [set(s) for s in report["silences"]] == [{"what", "name", "since", "reason"}]
    assert set(index) == {"engine", "docs", "lag"}
    assert outage_keys(health_of(record).outages[0])["what"] == "source"


def test_lag_of_the_index_is_the_number_of_unread_changes(record):
    store_page(record, *(crawled_post(name) for name in "abc"))
    with record.write() as tx:
        changes.commit_offset(tx, "tantivy", changes.last_number(tx) - 1, now=NOON)
    with record.read() as tx:
        assert index_keys(tx, "tantivy", "tantivy") == {"engine": "tantivy", "docs": 2, "lag": 1}
        assert index_keys(tx, "tantivy", "other")["lag"] == 3
