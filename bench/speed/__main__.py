"""`make bench`: our speed beside plain peers; it writes ``out/bench.json``."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from bench.report import machine, print_progress, write_figures
from bench.speed import crawling, families, indexing, score
from core.errors import ConfigError

ROWS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "score": partial(score.score, "minilm"),
    "score_multilingual": partial(score.score, "e5"),
    "index": indexing.tantivy_rates,
    "elasticsearch": indexing.elasticsearch_rates,
    "crawl": crawling.crawl,
    "families": families.families,
}
_SPEED: Final = {"ratio": 7.5, "fast_ratio": 15.0, "workers_ratio": 1.8, "gemm_share": 0.5}
# Lower and upper goals of the figures of a row; a figure of None was not measured.
AT_LEAST: Final[dict[str, dict[str, float]]] = {
    "score": _SPEED,
    "score_multilingual": _SPEED,
    "index": {"ratio": 0.6},
    "crawl": {"ratio": 0.7},
    "families": {},
}
_COST: Final = {"time_ratio": 1.6, "memory_mb": 1000.0, "fast_memory_mb": 1000.0}
AT_MOST: Final[dict[str, dict[str, float]]] = {
    "score": _COST,
    "score_multilingual": _COST,
    "families": {"ms_a_text_at_last": 5.0},
}

BUSY: Final = 1.0  # load before the start; other load costs the two-threaded peer of score most


def main() -> None:
    """Measure; exit with 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=ROWS, help="some rows, not all")
    names = parser.parse_args().only or list(ROWS)
    load = os.getloadavg()[0]
    if load > BUSY:
        print_progress(
            f"The load is {load:.1f}: the machine is too busy for figures that mean something."
        )
    figures: dict[str, Any] = {"machine": {**machine(), "load": load}}
    for name in names:
        figures[name] = measure_row(name, ROWS[name])
    write_figures("bench", figures)
    raise SystemExit(bool(missed_goals(figures)))


def measure_row(name: str, row: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """Return the row *name*; None if its peer is not available here."""
    print_progress(f"{name} …")
    try:
        return row()
    except ConfigError as error:
        print_progress(f"{name}: {error}")
        return None


def missed_goals(figures: dict[str, Any]) -> list[str]:
    """Return and print the missed goals of *figures*, as ``row.key``; a row of None is a miss."""
    rows = {name: figures[name] for name in AT_LEAST if name in figures}
    misses = [name for name, row in rows.items() if row is None]
    for name, row in rows.items():
        misses += [f"{name}.{key}" for key in _missed_keys(name, row or {})]
    for name in misses:
        print_progress(f"{name} misses its goal")
    return misses


def _missed_keys(name: str, row: dict[str, Any]) -> list[str]:
    low, high = AT_LEAST[name], AT_MOST.get(name, {})
    figures = {key: value for key, value in row.items() if value is not None}
    under = [key for key, goal in low.items() if figures.get(key, goal) < goal]
    return under + [key for key, goal in high.items() if figures.get(key, goal) > goal]


if __name__ == "__main__":
    main()
