"""`make scoreboard`: recall, delay and false alarms of detection."""

import argparse

from bench.report import machine, print_progress, write_figures
from bench.scoreboard.months import months
from bench.scoreboard.stress import stress


def main() -> None:
    """Write ``out/scoreboard.json``; exit with 1 if a month has a missed or a false crisis.

    The stress set has no such goal: some of its crises are too small to differ from chance.
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
