"""`make reality`: small inputs on which the product was wrong once, and the share it has right.

Writes ``out/reality.json`` after each area. Exit status: 0 all right, 1 some wrong, 2 unless every
input is counted.
"""

import argparse
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.reality import players, scripts
from bench.reality.areas import AREAS, Area, select
from bench.reality.ledger import Ledger
from bench.reality.results import report
from bench.reality.totals import Outcome, exit_status, summary
from bench.report import OUT, print_progress
from bench.shared import shared_path
from core.errors import ConfigError

WORK: Final = OUT / "reality"


def main() -> None:
    """Play the areas one after the other; exit with 0, 1 or 2."""
    options = _options()
    inputs = options.inputs.resolve()
    areas = select(inputs, options.area)
    if not areas:
        print_progress(f"{inputs} has no inputs for {', '.join(options.area) or 'any area'}")
    ledger = Ledger(OUT / "reality.json", resume=bool(options.area))
    raise SystemExit(exit_status(_outcomes(inputs, areas, ledger)))


def _outcomes(inputs: Path, areas: Sequence[Area], ledger: Ledger) -> Iterator[Outcome]:
    for area in areas:
        start = time.monotonic()
        outcome = _play(inputs, area, _empty_folder(WORK.resolve() / area.name))
        ledger.add(area.name, outcome.report)
        print_progress(f"{summary(outcome)}, {time.monotonic() - start:.0f} s")
        yield outcome


def _play(inputs: Path, area: Area, work: Path) -> Outcome:
    print_progress(f"{area.name}: the log is {work.with_suffix('.log')}")
    if area.kind_key:
        return _play_script(inputs, area, work)
    count, results, error = players.play(f"bench.reality.{area.name}", inputs, work)
    if error:
        print_progress(f"{area.name}: ended early: {error}")
    return Outcome(area.name, count, report(results))


def _play_script(inputs: Path, area: Area, work: Path) -> Outcome:
    count = scripts.count(inputs, area)
    try:
        script = shared_path(f"reality/{area.name}/run.py")
    except ConfigError as error:
        print_progress(str(error))
        return Outcome(area.name, count, {})
    return Outcome(area.name, count, report(scripts.play(inputs, area, script, work)))


def _empty_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    folder.with_suffix(".log").unlink(missing_ok=True)
    return folder


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make reality", description=__doc__)
    parser.add_argument("--inputs", type=Path, required=True, help="a folder like SHARED/reality")
    names = [area.name for area in AREAS]
    area_help = "these areas alone; out/reality.json keeps the others"
    parser.add_argument("--area", nargs="+", default=[], choices=names, help=area_help)
    return parser.parse_args()


if __name__ == "__main__":
    main()
