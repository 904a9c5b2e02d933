"""`make bench`: how fast we are beside what one would do without us; writes ``out/bench.json``."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from bench import crawling, indexing, score
from bench.report import machine, say, write
from core.errors import ConfigError

ROWS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "score": partial(score.score, "minilm"),
    "score_multilingual": partial(score.score, "e5"),
    "index": indexing.embedded,
    "elasticsearch": indexing.served,
    "crawl": crawling.crawl,
}
_SPEED: Final = {"ratio": 7.5, "fast_ratio": 15.0, "workers_ratio": 1.8, "gemm_share": 0.5}
# What a figure of a row must reach, and what it must not exceed; what is None was not measured.
AT_LEAST: Final[dict[str, dict[str, float]]] = {
    "score": _SPEED,
    "score_multilingual": _SPEED,
    "index": {"ratio": 0.6},
    "crawl": {"ratio": 0.7},
}
_COST: Final = {"time_ratio": 1.6, "memory_mb": 900.0, "fast_memory_mb": 900.0}
AT_MOST: Final[dict[str, dict[str, float]]] = {"score": _COST, "score_multilingual": _COST}

BUSY: Final = 1.0  # load before the start; neighbours cost the two-threaded peer of score the most


def main() -> None:
    """Measure; exit 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=ROWS, help="some rows, not all")
    wanted = parser.parse_args().only or list(ROWS)
    load = os.getloadavg()[0]
    if load > BUSY:
        say(f"The load is {load:.1f}: the machine is too busy for figures that mean something.")
    figures: dict[str, Any] = {"machine": {**machine(), "load": load}}
    for name in wanted:
        figures[name] = measured(name, ROWS[name])
    write("bench", figures)
    raise SystemExit(bool(missed(figures)))


def measured(name: str, row: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """The row *name*; None where its peer cannot be had here."""
    say(f"{name} …")
    try:
        return row()
    except ConfigError as error:
        say(f"{name}: {error}")
        return None


def missed(figures: dict[str, Any]) -> list[str]:
    """What of *figures* misses its goal, as ``row.key``, each told aloud; a row of None misses."""
    found = {name: figures[name] for name in AT_LEAST if name in figures}
    below = [name for name, row in found.items() if row is None]
    for name, row in found.items():
        below += [f"{name}.{key}" for key in _missed(name, row or {})]
    for name in below:
        say(f"{name} misses its goal")
    return below


def _missed(name: str, row: dict[str, Any]) -> list[str]:
    low, high = AT_LEAST[name], AT_MOST.get(name, {})
    told = {key: value for key, value in row.items() if value is not None}
    under = [key for key, goal in low.items() if told.get(key, goal) < goal]
    return under + [key for key, goal in high.items() if told.get(key, goal) > goal]


if __name__ == "__main__":
    main()
