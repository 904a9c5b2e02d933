"""Detect step: one incident, one email for each reader, and nothing twice."""

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from alerts.messages.mime import from_mime
from config.settings import Settings
from core.incident import IncidentKind, IncidentState
from harken.pipeline.detect import detect_all
from harken.pipeline.notify import Notifier
from store import tables, watches
from store.alerts import incidents, outbox
from store.analysis.verdicts import save_results
from store.crawl import sources
from store.database import Database
from tests.harken import small_installation
from tests.harken.small_installation import BEFORE, HOUR, NOW, ONSET, READERS
from tests.store import factories

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


def crises(record):
    with record.read() as tx:
        return incidents.all_incidents(tx, kind=IncidentKind.CRISIS)


def briefs(record):
    with record.read() as tx:
        return [row for row in outbox.recent(tx) if row.kind == "brief"]


def look(record, now=NOW):
    return detect_all(record, small_installation.notifier(), now=now)


def test_a_crisis_is_one_incident_with_the_numbers_of_its_spike(record_after_detect):
    (crisis,) = crises(record_after_detect)
    assert (crisis.watch, crisis.topic, crisis.state) == ("veloria", "battery", IncidentState.OPEN)
    assert abs(crisis.onset - ONSET) < HOUR
    assert crisis.observed > 10 * crisis.expected
    assert crisis.usual_share < crisis.negative_share <= 1
    assert crisis.voices >= crisis.families > 0
    assert crisis.coverage["sources"] == 1
    assert crisis.spike["score"] >= crisis.spike["threshold"]


def test_its_evidence_stands_in_the_record_oldest_first(record_after_detect):
    (crisis,) = crises(record_after_detect)
    with record_after_detect.read() as tx:
        ids = tables.mentions.c.id.in_(crisis.mentions)
        rows = tx.execute(tables.mentions.select().where(ids)).all()
    published = {row.id: row.published for row in rows}
    assert len(crisis.mentions) == len(rows) >= crisis.observed
    assert [published[i] for i in crisis.mentions] == sorted(published.values())
    assert min(published.values()) >= crisis.onset


def test_the_event_names_the_mention_that_tipped_it(record_after_detect):
    (crisis,) = crises(record_after_detect)
    with record_after_detect.read() as tx:
        (event,) = incidents.events(tx, crisis.id)
    assert (event["reason"], event["revision"]) == ("opened", 1)
    assert event["facts"]["tipped"] is not None
    assert "battery" in event["facts"]["topics"]


def test_every_reader_of_the_watch_gets_one_brief_with_the_incidents_numbers(record_after_detect):
    (crisis,) = crises(record_after_detect)
    rows = briefs(record_after_detect)
    assert Counter(row.recipient for row in rows) == Counter(READERS)
    assert {row.incident for row in rows} == {crisis.id}
    assert {row.state for row in rows} == {"due"}
    for row in rows:
        text = from_mime(row.eml).text
        assert f"INC-{crisis.id}" in row.subject
        assert f"{crisis.observed} people complaining" in text
        assert f"{crisis.negative_share:.0%}" in text


def test_the_same_step_again_tells_nothing_new(record_after_detect):
    before = crises(record_after_detect), briefs(record_after_detect)
    assert look(record_after_detect) == 0
    assert look(record_after_detect, NOW + timedelta(seconds=15)) == 0
    assert (crises(record_after_detect), briefs(record_after_detect)) == before


class Overtaken(Database):
    """Database in which another detector runs a whole step before the first write."""

    def __init__(self, url):
        super().__init__(url)
        self.overtaken_by = None

    @contextmanager
    def write(self):
        if self.overtaken_by is None:
            self.overtaken_by = look(rival := Database(self.url))
            rival.close()
        with super().write() as tx:
            yield tx


def test_a_detector_that_was_overtaken_tells_nothing(month_url):
    record = Overtaken(month_url)
    assert look(record) == 0
    assert record.overtaken_by == 1
    assert len(crises(record)) == 1
    assert len(briefs(record)) == len(READERS)
    record.close()


class Killed(Notifier):
    """Notifier that dies after its emails are enqueued and before the commit."""

    def enqueue_brief(self, tx, incident, *, now):
        super().enqueue_brief(tx, incident, now=now)
        raise KeyboardInterrupt


def test_a_kill_before_the_commit_leaves_neither_incident_nor_letter(month_record):
    with pytest.raises(KeyboardInterrupt):
        detect_all(month_record, Killed(Settings(), lambda _: None), now=NOW)
    assert crises(month_record) == briefs(month_record) == []
    with month_record.read() as tx:
        assert incidents.all_incidents(tx) == []
    assert look(month_record) == 1, "the next step tells what the killed one could not"
    assert len(briefs(month_record)) == len(READERS)


def test_nothing_is_judged_before_the_first_back_fill_has_ended(month_record):
    with month_record.write() as tx:
        tx.execute(update(tables.sources).values(backfilled=None, failures=0))
        assert sources.backfill_completed_at(tx) is None
    assert look(month_record) is None
    assert crises(month_record) == []


def test_nothing_is_judged_while_half_the_history_waits_to_be_scored(month_record):
    factories.store_page(
        month_record, factories.crawled_post("late", matches={"veloria": "r1"}), at=NOW
    )
    assert look(month_record) is None
    with month_record.write() as tx:
        save_results(tx, [factories.analysis_result("late")], now=NOW)
    assert look(month_record) == 1


def test_once_begun_detection_does_not_wait_for_the_scorer(month_record):
    """Otherwise a crisis under load would wait for its own backlog."""
    assert look(month_record, BEFORE) == 0
    factories.store_page(
        month_record, factories.crawled_post("late", matches={"veloria": "r1"}), at=NOW
    )
    assert look(month_record, NOW)
    assert len(crises(month_record)) == 1


def test_a_crisis_is_followed_to_its_end_as_one_incident(month_record):
    """It opens, may grow, and resolves six hours later: one email a reader and revision."""
    look(month_record, BEFORE)
    for n in range(1, 21):
        now = BEFORE + n * HOUR
        small_installation.record_crawl(month_record, now)
        look(month_record, now)
    (crisis,) = crises(month_record)
    with month_record.read() as tx:
        events = incidents.events(tx, crisis.id)
    assert crisis.state is IncidentState.RESOLVED
    assert crisis.resolved is not None
    assert crisis.resolved >= crisis.onset + 6 * HOUR
    assert [events[0]["reason"], events[-1]["reason"]] == ["opened", "resolved"]
    assert [e["revision"] for e in events] == list(range(1, crisis.revision + 1))
    sent = Counter(row.message_id for row in briefs(month_record))
    assert set(sent.values()) == {len(READERS)}
    assert len(sent) == len(events)


def test_what_nobody_listens_for_is_not_judged(month_record):
    with month_record.write() as tx:
        watches.replace_from_file(tx, [], [])
    assert look(month_record) == 0


def test_a_changed_query_is_learnt_anew_and_tells_the_old_crisis_once(record_after_detect):
    with record_after_detect.write() as tx:
        changed = [replace(w, revision="other") for w in watches.active_watches(tx)]
        watches.replace_from_file(tx, changed, watches.active_topics(tx))
    look(record_after_detect, NOW + MINUTE)
    assert len(crises(record_after_detect)) == 1
