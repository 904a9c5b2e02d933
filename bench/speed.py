"""`make bench`: how fast we are beside what one would do without us; writes ``out/bench.json``."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from bench import crawling, indexing, score
from bench.report import machine, say, write
from core.errors import ConfigError

ROWS: Final[dict[str, Callable[[], dict[str, float]]]] = {
    "score": partial(score.score, "minilm"),
    "score_multilingual": partial(score.score, "e5"),
    "index": indexing.embedded,
    "elasticsearch": indexing.served,
    "crawl": crawling.crawl,
}
GOALS: Final = {"score": 5.0, "index": 0.6, "crawl": 0.7}  # ratio to the peer, at least

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


def measured(name: str, row: Callable[[], dict[str, float]]) -> dict[str, float] | None:
    """The row *name*; None where its peer cannot be had here."""
    say(f"{name} …")
    try:
        return row()
    except ConfigError as error:
        say(f"{name}: {error}")
        return None


def missed(figures: dict[str, Any]) -> list[str]:
    """The rows of *figures* that are below their goal, each told aloud."""
    found = {name: figures[name] for name in GOALS if name in figures}
    below = [name for name, row in found.items() if not row or row["ratio"] < GOALS[name]]
    for name in below:
        say(f"{name} misses its goal: a ratio of {GOALS[name]} at least")
    return below


if __name__ == "__main__":
    main()
