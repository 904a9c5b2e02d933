"""Several rounds of all peers in turn, so that other load affects all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

from bench.report import print_progress

ROUNDS: Final = 5

Peer = Callable[[], float]  # does its work once and returns its rate per second


def rates(peers: Mapping[str, Peer], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median rate of each peer; every second round has the reverse order."""
    rates_by_peer: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(rounds):
        for name in list(peers)[:: -1 if number % 2 else 1]:
            rates_by_peer[name].append(peers[name]())
            print_progress(f"round {number + 1}, {name}: {rates_by_peer[name][-1]:,.0f} a second")
    return {name: round(median(peer_rates), 1) for name, peer_rates in rates_by_peer.items()}


def with_ratio(peer: str, ours: str, figures: Mapping[str, float]) -> dict[str, float]:
    """Return the row of a report: *figures* and the ratio of *ours* to *peer*."""
    return {**figures, "ratio": round(figures[ours] / figures[peer], 3)}


def per_second(count: int, work: Callable[[], object]) -> float:
    """Run *work*, which handles *count* items, and return items a second."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)
