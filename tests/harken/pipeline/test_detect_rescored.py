"""Re-scoring of the past with another model opens no incident."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.detection.detector_state import from_json
from core.incident import IncidentKind
from core.mention import AnalysisState, Sentiment
from harken.pipeline.detect import detect_all
from store import tables
from store.alerts import baselines, incidents
from store.analysis import queue, rescoring
from store.analysis.history_version import bump_history_version
from store.analysis.verdicts import save_results, with_null_verdicts
from store.database import Database
from tests.harken import small_installation
from tests.harken.small_installation import BEFORE, DAYS, NOW
from tests.store.factories import analysis_result, verdict

pytestmark = pytest.mark.slow

NEW = "newer"
HOLD = timedelta(minutes=5)
LOOK = timedelta(seconds=15)


@pytest.fixture(scope="module")
def calm_file(sqlite_template, tmp_path_factory):
    """Return a database file with a busy month without a crisis up to BEFORE, and its baseline."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("calm") / "record.db"))
    record = Database(f"sqlite:///{path}")
    small_installation.fill_database(record, mentions_per_day=120.0)
    detect(record)
    assert all_incidents(record) == []
    record.close()
    return path


@pytest.fixture
def record(calm_file, tmp_path):
    """Yield an open copy of the calm database."""
    yield from open_record(shutil.copy(calm_file, tmp_path / "calm.db"))


@pytest.fixture
def unrescored_record(calm_file, tmp_path):
    """Yield another copy, without re-scoring."""
    yield from open_record(shutil.copy(calm_file, tmp_path / "plain.db"))


def open_record(path):
    record = Database(f"sqlite:///{path}")
    yield record
    record.close()


def detect(record, now=BEFORE):
    return detect_all(record, small_installation.notifier(), now=now)


def crises(record):
    with record.read() as tx:
        return incidents.all_incidents(tx, kind=IncidentKind.CRISIS)


def all_incidents(record):
    """Return the crises and notices."""
    with record.read() as tx:
        return incidents.all_incidents(tx)


def usual_share(record):
    with record.read() as tx:
        _, state = baselines.baseline(tx, "veloria")
    return from_json(str(state["standing"])).baseline.usual_share[0]


def start(record):
    with record.write() as tx:
        rescoring.start(tx, NEW)


def negative_result(pending):
    """Return a negative result of the new model."""
    new_verdict = verdict(
        pending.text, model=NEW, sentiment=Sentiment.NEGATIVE, topics=("battery",)
    )
    return replace(
        analysis_result("", pending.text, model=NEW, verdicts=(new_verdict,)), id=pending.id
    )


def rescore_batch(record):
    """Re-score one batch; return its size."""
    with record.write() as tx:
        leases = rescoring.lease(tx, "w", NEW, now=BEFORE, lease_time=HOLD)
    with record.write() as tx:
        results = with_null_verdicts(tx, list(map(negative_result, leases)))
        return save_results(tx, results, now=NOW)


def test_rescoring_to_all_negative_opens_no_incident(record, monkeypatch):
    """Before it a quarter is negative and a fifth unscored; after it all is negative."""
    monkeypatch.setattr(rescoring, "BATCH_SIZE", 400)
    assert usual_share(record) < 0.4
    start(record)
    now, batches = BEFORE, 0
    while rescore_batch(record):
        now, batches = now + LOOK, batches + 1
        detect(record, now)
        assert all_incidents(record) == [], f"after {batches} portions"
    assert batches > 5
    detect(record, now + LOOK)
    assert all_incidents(record) == []
    assert usual_share(record) > 0.9, "what is usual was learnt anew"


def test_same_scores_without_rescoring_are_a_crisis(record):
    """The test above would fail if detection used new scores immediately."""
    with record.write() as tx:
        ids = tx.execute(tables.mentions.select()).scalars().all()
        rescoring.enqueue(tx, ids)
        tx.execute(tables.mentions.update().values(analysis=AnalysisState.PENDING))
        leases = queue.lease(tx, "w", limit=9999, now=BEFORE, lease_time=HOLD)
        save_results(tx, list(map(negative_result, leases)), now=BEFORE)
    detect(record, BEFORE + LOOK)
    assert crises(record) != []


def test_crisis_during_rescoring_has_the_figures_of_the_old_scores(record, unrescored_record):
    start(record)
    for _ in range(3):
        rescore_batch(record)
    detect(record, NOW)
    detect(unrescored_record, NOW)
    assert len(crises(record)) == 1
    assert all_incidents(record) == all_incidents(unrescored_record)


def test_open_incident_gets_no_event_when_rescoring_ends(record_after_detect):
    with record_after_detect.read() as tx:
        (crisis,) = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)
        before = incidents.events(tx, crisis.id)
    start(record_after_detect)
    while rescore_batch(record_after_detect):
        pass
    detect(record_after_detect, NOW + LOOK)
    detect(record_after_detect, NOW + 2 * LOOK)
    with record_after_detect.read() as tx:
        (after,) = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)
        assert incidents.events(tx, after.id) == before


def test_new_topics_for_the_past_rebuild_the_baseline_once(record):
    """The normal volume of a topic is that of its current definition."""
    with record.write() as tx:
        tx.execute(tables.verdicts.update().values(topics=["battery", "price"]))
        bump_history_version(tx)
    detect(record, BEFORE + LOOK)
    with record.read() as tx:
        row = baselines.baseline(tx, "veloria")
    standing = from_json(str(row[1]["standing"]))
    volume = dict(zip(standing.baseline.units, standing.baseline.level[-1], strict=True))
    assert volume["battery"] == volume["price"] == pytest.approx(volume[None])
    assert volume["frame"] < volume["price"] / 4
    assert crises(record) == []
    detect(record, BEFORE + 2 * LOOK)
    with record.read() as tx:
        assert baselines.baseline(tx, "veloria") == row, "and not at each look"
    assert standing.baseline.history_days > DAYS - 2
