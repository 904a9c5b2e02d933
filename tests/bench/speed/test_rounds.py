"""Peers take turns, and what counts is the middle of what they did."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.speed.rounds import per_second, rates, with_ratio

RATES = st.lists(st.floats(1, 1e6), min_size=1, max_size=7)


class Peer:
    """Does one rate after the other, and notes its turns in *turns*."""

    def __init__(self, name, done, turns):
        self.name, self.done, self.turns = name, iter(done), turns

    def __call__(self):
        self.turns.append(self.name)
        return next(self.done)


def test_no_peer_always_goes_first():
    turns = []
    peers = {name: Peer(name, [1.0] * 4, turns) for name in ("bare", "ours")}
    rates(peers, rounds=4)
    assert turns == ["bare", "ours", "ours", "bare"] * 2


@given(RATES)
def test_a_rate_is_the_median_of_the_rounds(done):
    found = rates({"ours": Peer("ours", done, [])}, rounds=len(done))
    assert found == {"ours": pytest.approx(median(done), abs=0.051)}


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_the_ratio_is_ours_over_the_peer(bare, ours):
    found = with_ratio("bare", "ours", {"bare": bare, "ours": ours})
    assert found == {"bare": bare, "ours": ours, "ratio": pytest.approx(ours / bare, abs=0.0006)}


def test_per_second_does_the_work_once():
    done = []
    assert per_second(10, lambda: done.append(1)) > 0
    assert done == [1]
