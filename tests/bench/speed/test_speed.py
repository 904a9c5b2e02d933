"""Missed goals of benchmarks, and benchmarks that cannot run here."""

import pytest

from bench.speed.__main__ import AT_LEAST, AT_MOST, ROWS, measure_row, missed_goals
from core.errors import ConfigError

LOW = [(name, key, goal) for name, goals in AT_LEAST.items() for key, goal in goals.items()]
HIGH = [(name, key, goal) for name, goals in AT_MOST.items() for key, goal in goals.items()]


def test_every_goal_belongs_to_a_row():
    assert AT_MOST.keys() <= AT_LEAST.keys() <= ROWS.keys()


@pytest.mark.parametrize(("name", "key", "goal"), LOW)
def test_figure_below_its_goal_is_missed(name, key, goal):
    assert missed_goals({name: {key: goal}}) == []
    assert missed_goals({name: {key: goal - 0.001}}) == [f"{name}.{key}"]


@pytest.mark.parametrize(("name", "key", "goal"), HIGH)
def test_cost_above_its_goal_is_missed(name, key, goal):
    assert missed_goals({name: {key: goal}}) == []
    assert missed_goals({name: {key: goal + 0.001}}) == [f"{name}.{key}"]


def test_row_that_was_not_measured_is_not_missed():
    assert missed_goals({"machine": {"load": 1.0}}) == []


def test_null_figure_of_a_missing_extra_is_not_missed():
    assert missed_goals({"score": {"ratio": 9.0, "fast_ratio": None}}) == []


def test_row_without_its_peer_is_null_and_missed():
    def row():
        raise ConfigError("SHARED has no data")

    assert measure_row("score", row) is None
    assert missed_goals({"score": None}) == ["score"]
