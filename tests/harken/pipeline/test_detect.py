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


def detect(record, now=NOW):
    return detect_all(record, small_installation.notifier(), now=now)


def test_crisis_is_one_incident_with_the_numbers_of_its_spike(record_after_detect):
    (crisis,) = crises(record_after_detect)
    assert (crisis.watch, crisis.topic, crisis.state) == ("veloria", "battery", IncidentState.OPEN)
    assert abs(crisis.onset - ONSET) < HOUR
    assert crisis.observed > 10 * crisis.expected
    assert crisis.usual_share < crisis.negative_share <= 1
    assert crisis.voices >= crisis.families > 0
    assert crisis.coverage["sources"] == 1
    assert crisis.spike["score"] >= crisis.spike["threshold"]


def test_evidence_is_in_the_database_oldest_first(record_after_detect):
    (crisis,) = crises(record_after_detect)
    with record_after_detect.read() as tx:
        ids = tables.mentions.c.id.in_(crisis.mentions)
        rows = tx.execute(tables.mentions.select().where(ids)).all()
    published_by_id = {row.id: row.published for row in rows}
    assert len(crisis.mentions) == len(rows) >= crisis.observed
    assert [published_by_id[i] for i in crisis.mentions] == sorted(published_by_id.values())
    assert min(published_by_id.values()) >= crisis.onset


def test_event_has_the_mention_that_opened_the_incident(record_after_detect):
    (crisis,) = crises(record_after_detect)
    with record_after_detect.read() as tx:
        (event,) = incidents.events(tx, crisis.id)
    assert (event["reason"], event["revision"]) == ("opened", 1)
    assert event["facts"]["tipped"] is not None
    assert "battery" in event["facts"]["topics"]


def test_every_reader_gets_one_brief_with_the_numbers_of_the_incident(record_after_detect):
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


def test_same_step_again_changes_nothing(record_after_detect):
    before = crises(record_after_detect), briefs(record_after_detect)
    assert detect(record_after_detect) == 0
    assert detect(record_after_detect, NOW + timedelta(seconds=15)) == 0
    assert (crises(record_after_detect), briefs(record_after_detect)) == before


class OvertakenDatabase(Database):
    """Database in which another detector runs a whole step before the first write."""

    def __init__(self, url):
        super().__init__(url)
        self.overtaken_by = None

    @contextmanager
    def write(self):
        if self.overtaken_by is None:
            self.overtaken_by = detect(rival := Database(self.url))
            rival.close()
        with super().write() as tx:
            yield tx


def test_overtaken_detector_changes_nothing(month_url):
    record = OvertakenDatabase(month_url)
    assert detect(record) == 0
    assert record.overtaken_by == 1
    assert len(crises(record)) == 1
    assert len(briefs(record)) == len(READERS)
    record.close()


class KilledNotifier(Notifier):
    """Notifier that is killed after its emails are enqueued and before the commit."""

    def enqueue_brief(self, tx, incident, *, now):
        super().enqueue_brief(tx, incident, now=now)
        raise KeyboardInterrupt


def test_kill_before_the_commit_leaves_no_incident_and_no_email(month_record):
    with pytest.raises(KeyboardInterrupt):
        detect_all(month_record, KilledNotifier(Settings(), lambda _: None), now=NOW)
    assert crises(month_record) == briefs(month_record) == []
    with month_record.read() as tx:
        assert incidents.all_incidents(tx) == []
    assert detect(month_record) == 1, "the next step tells what the killed one could not"
    assert len(briefs(month_record)) == len(READERS)


def test_no_detection_before_the_first_backfill_is_complete(month_record):
    with month_record.write() as tx:
        tx.execute(update(tables.sources).values(backfilled=None, failures=0))
        assert sources.backfill_completed_at(tx) is None
    assert detect(month_record) is None
    assert crises(month_record) == []


def test_no_detection_before_the_history_is_scored(month_record):
    factories.store_page(
        month_record, factories.crawled_post("late", matches={"veloria": "r1"}), at=NOW
    )
    assert detect(month_record) is None
    with month_record.write() as tx:
        save_results(tx, [factories.analysis_result("late")], now=NOW)
    assert detect(month_record) == 1


def test_later_detection_does_not_wait_for_scores(month_record):
    """Otherwise a crisis would wait for the backlog that it causes."""
    assert detect(month_record, BEFORE) == 0
    factories.store_page(
        month_record, factories.crawled_post("late", matches={"veloria": "r1"}), at=NOW
    )
    assert detect(month_record, NOW)
    assert len(crises(month_record)) == 1


def test_crisis_is_one_incident_until_it_resolves(month_record):
    """It opens, may grow, and resolves six hours later: one email a reader and revision."""
    detect(month_record, BEFORE)
    for n in range(1, 21):
        now = BEFORE + n * HOUR
        small_installation.record_crawl(month_record, now)
        detect(month_record, now)
    (crisis,) = crises(month_record)
    with month_record.read() as tx:
        events = incidents.events(tx, crisis.id)
    assert crisis.state is IncidentState.RESOLVED
    assert crisis.resolved is not None
    assert crisis.resolved >= crisis.onset + 6 * HOUR
    assert [events[0]["reason"], events[-1]["reason"]] == ["opened", "resolved"]
    assert [e["revision"] for e in events] == list(range(1, crisis.revision + 1))
    message_ids = Counter(row.message_id for row in briefs(month_record))
    assert set(message_ids.values()) == {len(READERS)}
    assert len(message_ids) == len(events)


def test_no_detection_without_watches(month_record):
    with month_record.write() as tx:
        watches.replace_from_file(tx, [], [])
    assert detect(month_record) == 0


def test_edited_query_does_not_reopen_the_crisis(record_after_detect):
    with record_after_detect.write() as tx:
        edited_watches = [replace(w, revision="other") for w in watches.active_watches(tx)]
        watches.replace_from_file(tx, edited_watches, watches.active_topics(tx))
    detect(record_after_detect, NOW + MINUTE)
    assert len(crises(record_after_detect)) == 1
