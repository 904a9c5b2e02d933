"""Simulated months of scores with a known truth, and the share of intervals that contain it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from alerts.shares.correction import (
    ErrorMatrix,
    Estimate,
    ShareCount,
    corrected_change,
    corrected_share,
)

# Sensitivity and specificity: of a weak model, of the default one, of a very good one.
MODELS: Final = ((0.65, 0.85), (0.75, 0.9), (0.9, 0.95))
SHARES: Final = (0.05, 0.15, 0.3, 0.5)  # true, in the period
SAMPLE_SIZES: Final = (200, 500, 1000)
MENTIONS: Final = (200, 1000, 10_000)  # scored in the period
SAMPLE_SHARE: Final = 0.2  # of negative mentions where the sample was drawn
CHANGES: Final = (0.0, 0.05, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One set of true values."""

    sensitivity: float
    specificity: float
    share: float
    change: float  # of the share since the period before
    sample_size: int
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalCoverage:
    """The share of runs whose interval contains the truth; runs without one are left out."""

    scenario: Scenario
    runs: int
    of_share: float
    of_change: float


def scenarios() -> Iterator[Scenario]:
    """Yield all combinations of the constants."""
    for (sensitivity, specificity), share, size, mentions, change in product(
        MODELS, SHARES, SAMPLE_SIZES, MENTIONS, CHANGES
    ):
        yield Scenario(
            sensitivity=sensitivity,
            specificity=specificity,
            share=share,
            change=change,
            sample_size=size,
            mentions=mentions,
        )


def simulate(scenario: Scenario, *, runs: int, seed: int) -> IntervalCoverage:
    """Draw sample and mentions *runs* times and count the intervals that contain the truth."""
    random = np.random.default_rng(seed)
    hits: list[tuple[bool, bool]] = []
    while len(hits) < runs:
        matrix = _matrix(scenario, random)
        present = _count(scenario, scenario.share, random)
        earlier = _count(scenario, max(0.0, scenario.share - scenario.change), random)
        share, change = (
            corrected_share(present, matrix), corrected_change(present, earlier, matrix),
        )  # fmt: skip
        if share is None or change is None:
            continue  # too few negative labels: drawn again, as a team would go on labelling
        true_change = scenario.share - max(0.0, scenario.share - scenario.change)
        hits.append((_contains(share, scenario.share), _contains(change, true_change)))
    of_share, of_change = np.mean(hits, axis=0)
    return IntervalCoverage(
        scenario=scenario, runs=runs, of_share=float(of_share), of_change=float(of_change)
    )


def _contains(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def _matrix(scenario: Scenario, random: np.random.Generator) -> ErrorMatrix:
    negative = int(random.binomial(scenario.sample_size, SAMPLE_SHARE))
    hits = int(random.binomial(negative, scenario.sensitivity))
    other = scenario.sample_size - negative
    correct = int(random.binomial(other, scenario.specificity))
    return ErrorMatrix(
        hits=hits,
        missed=negative - hits,
        false_alarms=other - correct,
        other=correct,
    )


def _count(scenario: Scenario, share: float, random: np.random.Generator) -> ShareCount:
    rate = share * scenario.sensitivity + (1 - share) * (1 - scenario.specificity)
    return ShareCount(
        negative=int(random.binomial(scenario.mentions, rate)), scored=scenario.mentions
    )
