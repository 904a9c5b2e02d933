"""Areas that a module of this package plays, each in a process of its own.

The process writes one line of JSON for the number of inputs and one for each result, so that a
crash ends only its area and keeps the results before it.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, TextIO, cast

from bench.reality import process
from bench.reality.results import CaseResult

LIMIT_S: Final = 3 * 3600


class Player(Protocol):
    """The two functions of a module that plays an area."""

    def count(self, inputs: Path) -> int:
        """Return the number of inputs that the folder *inputs* holds; nothing is played."""

    def play(self, inputs: Path, work: Path) -> Iterator[CaseResult]:
        """Yield one result for each input of the folder *inputs*; *work* is an empty folder."""


def play(module: str, inputs: Path, work: Path) -> tuple[int | None, list[CaseResult], str]:
    """Return the number of inputs, the results, and the error that ended the player or "".

    The number is None if the player ended before it had counted.
    """
    results = work.with_suffix(".jsonl")
    log = work.with_suffix(".log")
    results.unlink(missing_ok=True)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "bench.reality.players",
        module,
        inputs,
        work,
        results,
    ]
    process.run(command, log, LIMIT_S, dict(os.environ))  # noqa: TID251 - a child's
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    inputs_count, cases, is_whole = parse(lines)
    return inputs_count, cases, "" if is_whole else process.last_line(log)


def parse(lines: Iterable[str]) -> tuple[int | None, list[CaseResult], bool]:
    """Return the number of inputs, the results, and whether the player came to its end."""
    inputs: int | None = None
    results = []
    is_whole = False
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:  # the player ended while it was writing
            break
        if "inputs" in row:
            inputs = row["inputs"]
        elif "end" in row:
            is_whole = True
        else:
            results.append(CaseResult(**row))
    return inputs, results, is_whole


def main() -> None:
    """Play the area of one module: MODULE INPUTS WORK RESULTS."""
    module, inputs, work, path = sys.argv[1:]
    with Path(path).open("w", encoding="utf-8") as file:
        player = cast("Player", import_module(module))
        _write(file, {"inputs": player.count(Path(inputs))})
        for result in player.play(Path(inputs), Path(work)):
            _write(file, asdict(result))
        _write(file, {"end": True})


def _write(file: TextIO, row: object) -> None:
    file.write(json.dumps(row) + "\n")
    file.flush()


if __name__ == "__main__":
    main()
