"""Detection in a foreign corpus: crises of any size and age, and nothing else."""

from datetime import UTC, datetime

import pytest

from alerts.detection.detector import DetectionContext, detect
from core.incident import IncidentKind
from core.watch import Watch
from tests.demo.bakery import DAY, HOUR, Bakery

pytestmark = pytest.mark.slow

NOW = datetime(2026, 5, 13, 9, 20, tzinfo=UTC)
WATCH = Watch(slug="kornblume", name="Kornblume", kind="brand", query="q", revision="1")


def onsets(bakery):
    """Return the onsets of the crises that the first step detects, in seconds from now."""
    context = DetectionContext(taxonomy=("bread", "shop"), units=9, backfilled_at=NOW)
    detection = detect(WATCH, list(bakery.observations(NOW)), None, NOW, context)
    crises = {
        e.opened: e.spike for e in detection.events if e.kind is IncidentKind.CRISIS and e.spike
    }
    return [(spike.onset - NOW).total_seconds() for spike in crises.values()]


@pytest.mark.parametrize(
    ("a_day", "voices", "hours"),
    [
        (15, 25, 0.7),
        (15, 25, 2),
        (15, 40, 5),
        (60, 25, 0.7),
        (60, 25, 2),
        (60, 40, 5),
        (60, 80, 5),
        (60, 300, 2),
    ],
)
def test_crisis_is_detected_with_its_onset(a_day, voices, hours):
    bakery = Bakery(f"{voices} {hours}", a_day=a_day)
    bakery.crisis(voices, hours * HOUR)
    (onset,) = onsets(bakery)
    assert abs(onset + hours * HOUR) <= 2 * HOUR


def test_crisis_of_last_week_does_not_hide_the_next():
    bakery = Bakery(3)
    bakery.crisis(80, 8 * DAY, 5 * HOUR)
    bakery.crisis(40, 3 * HOUR)
    (onset,) = onsets(bakery)
    assert abs(onset + 3 * HOUR) <= 2 * HOUR


@pytest.mark.parametrize("seed", range(4))
def test_quarrels_and_storms_of_few_accounts_are_no_crisis(seed):
    bakery = Bakery(seed, a_day=25)
    for days, accounts in enumerate((3, 4, 5)):
        bakery.quarrel(accounts, 5 * HOUR + days * DAY)
        bakery.storm(40 * accounts, 9 * HOUR + days * DAY)
    assert onsets(bakery) == []
