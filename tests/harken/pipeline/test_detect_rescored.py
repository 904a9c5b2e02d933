"""Rescoring is no news: no scores of another model for the past open an incident."""

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
    """Database file with a busy month without a crisis up to BEFORE, and its baseline."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("calm") / "record.db"))
    record = Database(f"sqlite:///{path}")
    small_installation.fill_database(record, mentions_per_day=120.0)
    look(record)
    assert told(record) == []
    record.close()
    return path


@pytest.fixture
def record(calm_file, tmp_path):
    """Open copy."""
    yield from opened(shutil.copy(calm_file, tmp_path / "calm.db"))


@pytest.fixture
def plain(calm_file, tmp_path):
    """Another copy, without rescoring."""
    yield from opened(shutil.copy(calm_file, tmp_path / "plain.db"))


def opened(path):
    record = Database(f"sqlite:///{path}")
    yield record
    record.close()


def look(record, now=BEFORE):
    return detect_all(record, small_installation.notifier(), now=now)


def crises(record):
    with record.read() as tx:
        return incidents.all_incidents(tx, kind=IncidentKind.CRISIS)


def told(record):
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


def turned(pending):
    """Return results of the new model: all negative."""
    said = verdict(pending.text, model=NEW, sentiment=Sentiment.NEGATIVE, topics=("battery",))
    return replace(analysis_result("", pending.text, model=NEW, verdicts=(said,)), id=pending.id)


def read_some(record):
    """Rescore one batch; return its size."""
    with record.write() as tx:
        held = rescoring.lease(tx, "w", NEW, now=BEFORE, lease_time=HOLD)
    with record.write() as tx:
        found = with_null_verdicts(tx, list(map(turned, held)))
        return save_results(tx, found, now=NOW)


def test_a_replay_that_turns_all_sentiment_tells_nothing_at_any_moment(record, monkeypatch):
    """Before it a quarter is negative and a fifth unscored; after it all is negative."""
    monkeypatch.setattr(rescoring, "BATCH_SIZE", 400)
    assert usual_share(record) < 0.4
    start(record)
    now, portions = BEFORE, 0
    while read_some(record):
        now, portions = now + LOOK, portions + 1
        look(record, now)
        assert told(record) == [], f"after {portions} portions"
    assert portions > 5
    look(record, now + LOOK)
    assert told(record) == []
    assert usual_share(record) > 0.9, "what is usual was learnt anew"


def test_without_a_replay_the_same_turn_is_a_crisis(record):
    """The test above would fail if detection used new scores at once."""
    with record.write() as tx:
        ids = tx.execute(tables.mentions.select()).scalars().all()
        rescoring.enqueue(tx, ids)
        tx.execute(tables.mentions.update().values(analysis=AnalysisState.PENDING))
        held = queue.lease(tx, "w", limit=9999, now=BEFORE, lease_time=HOLD)
        save_results(tx, list(map(turned, held)), now=BEFORE)
    look(record, BEFORE + LOOK)
    assert crises(record) != []


def test_a_crisis_is_found_while_a_replay_goes_on_in_the_figures_of_before(record, plain):
    start(record)
    for _ in range(3):
        read_some(record)
    look(record, NOW)
    look(plain, NOW)
    assert len(crises(record)) == 1
    assert told(record) == told(plain)


def test_an_incident_that_is_open_is_not_told_again_when_a_replay_ends(record_after_detect):
    with record_after_detect.read() as tx:
        (crisis,) = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)
        before = incidents.events(tx, crisis.id)
    start(record_after_detect)
    while read_some(record_after_detect):
        pass
    look(record_after_detect, NOW + LOOK)
    look(record_after_detect, NOW + 2 * LOOK)
    with record_after_detect.read() as tx:
        (after,) = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)
        assert incidents.events(tx, after.id) == before


def test_other_topics_for_the_past_make_a_baseline_learn_again_once(record):
    """The normal volume of a topic is that of its current definition."""
    with record.write() as tx:
        tx.execute(tables.verdicts.update().values(topics=["battery", "price"]))
        bump_history_version(tx)
    look(record, BEFORE + LOOK)
    with record.read() as tx:
        learnt = baselines.baseline(tx, "veloria")
    standing = from_json(str(learnt[1]["standing"]))
    volume = dict(zip(standing.baseline.units, standing.baseline.level[-1], strict=True))
    assert volume["battery"] == volume["price"] == pytest.approx(volume[None])
    assert volume["frame"] < volume["price"] / 4
    assert crises(record) == []
    look(record, BEFORE + 2 * LOOK)
    with record.read() as tx:
        assert baselines.baseline(tx, "veloria") == learnt, "and not at each look"
    assert standing.baseline.history_days > DAYS - 2
