"""`make scoreboard`: what detection finds, how soon, and how often it cries wolf."""

import argparse

from bench.months import months
from bench.report import machine, print_progress, write_figures
from bench.stress import stress


def main() -> None:
    """Write ``out/scoreboard.json``; exit 1 if a month had a crisis missed, or one that was none.

    The stress set has no such mark: some of its crises are too small to be told from chance.
    """
    options = _options()
    rows = []
    for row in months(options.months):
        print_progress(f"month {row['seed']}: {row['false']} false, {row['missed']} missed")
        rows.append(row)
    figures = {"machine": machine(), "months": rows, "stress": list(stress(options.units))}
    write_figures("scoreboard", figures)
    raise SystemExit(any(row["false"] or row["missed"] for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=48, help="25 CPU seconds each")
    parser.add_argument("--units", type=int, default=60, help="of the stress set, of each seed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
