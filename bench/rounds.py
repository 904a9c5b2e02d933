"""Peers in turn, several rounds of them: what else the machine does meets all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

from bench.report import say

ROUNDS: Final = 5

Peer = Callable[[], float]  # does its work once; the rate per second it did it at


def rates(peers: Mapping[str, Peer], rounds: int = ROUNDS) -> dict[str, float]:
    """The median rate of each peer; every second round goes through them backwards."""
    seen: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(rounds):
        for name in list(peers)[:: -1 if number % 2 else 1]:
            seen[name].append(peers[name]())
            say(f"round {number + 1}, {name}: {seen[name][-1]:,.0f} a second")
    return {name: round(median(found), 1) for name, found in seen.items()}


def against(peer: str, ours: str, found: Mapping[str, float]) -> dict[str, float]:
    """The row of a report: *found* and the ratio of *ours* to *peer*."""
    return {**found, "ratio": round(found[ours] / found[peer], 3)}


def per_second(count: int, work: Callable[[], object]) -> float:
    """How many of *count* things *work* does a second."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)
