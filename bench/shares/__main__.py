"""Print the coverage of intervals of corrected shares: ``python -m bench.shares``."""

import argparse

import numpy as np

from bench.shares.simulation import scenarios, simulate


def main() -> None:
    """Print each scenario whose coverage is outside the goal, then the mean and the extremes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="of each scenario")
    options = parser.parse_args()
    results = [
        simulate(scenario, runs=options.runs, seed=seed)
        for seed, scenario in enumerate(scenarios())
    ]
    for name in ("of_share", "of_change"):
        values = np.array([getattr(result, name) for result in results])
        inside = int(np.sum((values >= 0.93) & (values <= 0.97)))
        print(
            f"{name}: mean {values.mean():.3f}, least {values.min():.3f}, most {values.max():.3f}; "
            f"{inside} of {len(values)} scenarios from .93 to .97"
        )
        for result, value in zip(results, values, strict=True):
            if not 0.93 <= value <= 0.97:
                print(f"  {value:.3f} {result.scenario}")


if __name__ == "__main__":
    main()
