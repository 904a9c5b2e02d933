"""Buckets in order: each is judged by what was learnt before, each settled hour learnt. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import numpy as np

from alerts.detection.baseline import HOUR, PER_HOUR, Baseline, view
from alerts.detection.baseline_update import learn
from alerts.detection.counts import Counts
from alerts.detection.crisis import WARM, Rule, Scores, crises, news, reached, score, threshold
from core.incident import Spike
from core.timestamps import BUCKET

# Most mentions are heard within an hour; younger hours are judged at once and learnt later.
SETTLED: Final = timedelta(hours=1)

Moment: TypeAlias = tuple[datetime, list[Spike]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What sets the threshold of a watch besides the age of its baseline."""

    watch: str
    units: int
    budget: float

    def rule(self, baseline: Baseline) -> Rule:
        """What the scores that *baseline* gives are held against."""
        return Rule(watch=self.watch, threshold=threshold(baseline.days, self.units, self.budget))


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a stretch of buckets taught and showed."""

    baseline: Baseline
    warm: tuple[Moment, ...]  # the moments at which some unit was warm, with their spikes
    scores: Scores  # of the buckets that are not learnt yet; the last one is open
    judged_by: Mapping[datetime, Baseline]  # of each warm moment, what was usual then


def replay(
    baseline: Baseline, counts: Counts, judged_to: datetime, now: datetime, limits: Limits
) -> Replay:
    """Go on from *baseline* to *now*; moments up to *judged_to* teach, but are not judged again.

    *counts* reach from 6 h before ``baseline.learnt_to`` or more up to the bucket that holds *now*.
    In one go or in pieces it learns the same, to the last bit.
    """
    stretches: list[tuple[Baseline, list[Moment]]] = []
    while now - baseline.learnt_to >= HOUR + SETTLED:
        first = counts.bucket(baseline.learnt_to)
        scores = score(baseline, view(baseline, counts, first, first + PER_HOUR))
        found = list(_warm(counts, scores, limits.rule(baseline), judged_to, now))
        stretches.append((baseline, found))
        baseline = learn(baseline, counts, scores.seen, news(scores))
    first = counts.bucket(baseline.learnt_to)
    scores = score(baseline, view(baseline, counts, first, len(counts.heard)))
    found = list(_warm(counts, scores, limits.rule(baseline), judged_to, now))
    stretches.append((baseline, found))
    return Replay(
        baseline=baseline,
        warm=tuple(moment for _, found in stretches for moment in found),
        scores=scores,
        judged_by={at: judge for judge, found in stretches for at, _ in found},
    )


def _warm(
    counts: Counts, scores: Scores, rule: Rule, judged_to: datetime, now: datetime
) -> Iterator[Moment]:
    hot = (reached(scores, rule) >= WARM * rule.threshold).any(axis=1)
    for bucket in np.flatnonzero(hot):
        at = min(counts.time(scores.seen.first + int(bucket)) + BUCKET, now)
        if at > judged_to:
            yield at, crises(scores, rule, int(bucket), at)
