"""bench.scoreboard.stress: our detector on the series of SHARED."""

import sys

import numpy as np
import pytest

from bench.scoreboard.stress import THRESHOLDS, height, stress
from bench.shared import shared_path
from core.errors import ConfigError

pytestmark = pytest.mark.slow


@pytest.fixture
def generate(monkeypatch):
    try:
        folder = shared_path("benchmarks/alerts")
    except ConfigError as error:
        pytest.skip(str(error))
    monkeypatch.syspath_prepend(folder)
    import stress_gen

    return stress_gen.generate


def test_quiet_series_have_no_high_score(generate):
    (quiet,) = generate(1, 1, quiet=True)
    found = height(quiet)
    assert len(found) == len(quiet["total"])
    assert found[14 * 288 :].max() < THRESHOLDS[0]


def test_crisis_of_many_times_the_normal_level_is_high(generate):
    units = generate(3, 4)
    great = [(u, e) for u in units for e in u["events"] if e["cls"] == "XL"]
    assert great
    highest = [height(unit)[e["start"] : e["end"]].max() for unit, e in great]
    assert np.median(highest) > THRESHOLDS[-1]


def test_higher_threshold_gives_fewer_hits_and_false_alarms(generate, monkeypatch):
    monkeypatch.setattr(sys, "path", sys.path.copy())
    rows = list(stress(2))
    alarms = [row["false_alarms_a_week"] for row in rows]
    assert [row["threshold"] for row in rows] == list(THRESHOLDS)
    assert alarms == sorted(alarms, reverse=True)
    assert {*rows[0]["found"]} <= {"XL", "L", "M", "S"}
