"""A benchmark that misses its goal says so; one that cannot run here says that."""

import pytest

from bench.speed.__main__ import AT_LEAST, AT_MOST, ROWS, measure_row, missed_goals
from core.errors import ConfigError

LOW = [(name, key, goal) for name, goals in AT_LEAST.items() for key, goal in goals.items()]
HIGH = [(name, key, goal) for name, goals in AT_MOST.items() for key, goal in goals.items()]


def test_every_goal_is_of_a_row():
    assert AT_MOST.keys() <= AT_LEAST.keys() <= ROWS.keys()


@pytest.mark.parametrize(("name", "key", "goal"), LOW)
def test_a_figure_at_the_goal_reaches_it_and_one_below_does_not(name, key, goal):
    assert missed_goals({name: {key: goal}}) == []
    assert missed_goals({name: {key: goal - 0.001}}) == [f"{name}.{key}"]


@pytest.mark.parametrize(("name", "key", "goal"), HIGH)
def test_a_cost_at_the_goal_is_borne_and_one_above_is_not(name, key, goal):
    assert missed_goals({name: {key: goal}}) == []
    assert missed_goals({name: {key: goal + 0.001}}) == [f"{name}.{key}"]


def test_a_row_that_was_not_asked_for_is_not_missed():
    assert missed_goals({"machine": {"load": 1.0}}) == []


def test_a_figure_of_the_extra_that_is_not_installed_is_not_missed():
    assert missed_goals({"score": {"ratio": 9.0, "fast_ratio": None}}) == []


def test_a_peer_that_cannot_be_had_is_null_and_misses_its_goal():
    def row():
        raise ConfigError("SHARED has no data")

    assert measure_row("score", row) is None
    assert missed_goals({"score": None}) == ["score"]
