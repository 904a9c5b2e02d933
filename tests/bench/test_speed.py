"""A benchmark that misses its goal says so; one that cannot run here says that."""

import pytest

from bench.speed import GOALS, ROWS, measured, missed
from core.errors import ConfigError


def test_every_goal_is_of_a_row():
    assert GOALS.keys() <= ROWS.keys()


@pytest.mark.parametrize("name", GOALS)
def test_a_ratio_at_the_goal_reaches_it_and_one_below_does_not(name):
    assert missed({name: {"ratio": GOALS[name]}}) == []
    assert missed({name: {"ratio": GOALS[name] - 0.001}}) == [name]


def test_a_row_that_was_not_asked_for_is_not_missed():
    assert missed({"machine": {"load": 1.0}}) == []


def test_a_peer_that_cannot_be_had_is_null_and_misses_its_goal():
    def row():
        raise ConfigError("SHARED has no data")

    assert measured("score", row) is None
    assert missed({"score": None}) == ["score"]
