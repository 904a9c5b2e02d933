"""Peers take turns; the median of their rates counts."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.speed.rounds import per_second, rates, with_ratio

RATES = st.lists(st.floats(1, 1e6), min_size=1, max_size=7)


class Peer:
    """A peer that returns the given rates in order and records its turns in *turns*."""

    def __init__(self, name, rates, turns):
        self.name, self.rates, self.turns = name, iter(rates), turns

    def __call__(self):
        self.turns.append(self.name)
        return next(self.rates)


def test_peers_take_turns_in_going_first():
    turns = []
    peers = {name: Peer(name, [1.0] * 4, turns) for name in ("bare", "ours")}
    rates(peers, rounds=4)
    assert turns == ["bare", "ours", "ours", "bare"] * 2


@given(RATES)
def test_rate_is_the_median_of_the_rounds(peer_rates):
    medians = rates({"ours": Peer("ours", peer_rates, [])}, rounds=len(peer_rates))
    assert medians == {"ours": pytest.approx(median(peer_rates), abs=0.051)}


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_ratio_is_ours_over_the_peer(bare, ours):
    figures = with_ratio("bare", "ours", {"bare": bare, "ours": ours})
    assert figures == {"bare": bare, "ours": ours, "ratio": pytest.approx(ours / bare, abs=0.0006)}


def test_per_second_calls_the_work_once():
    calls = []
    assert per_second(10, lambda: calls.append(1)) > 0
    assert calls == [1]
