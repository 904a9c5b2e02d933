"""Evaluation of a history: buckets are scored by the baseline of their time, then learnt. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import numpy as np

from alerts.detection.baseline import BUCKETS_PER_HOUR, HOUR, Baseline, score_windows
from alerts.detection.baseline_update import update_baseline
from alerts.detection.counts import Counts
from alerts.detection.crisis import (
    HALF_THRESHOLD,
    Rule,
    Scores,
    crises,
    effective_scores,
    score,
    threshold,
    units_with_news,
)
from core.incident import Spike
from core.timestamps import BUCKET_WIDTH

# Most mentions are crawled within an hour; younger hours are evaluated at once and learnt later.
SETTLE_TIME: Final = timedelta(hours=1)

Evaluation: TypeAlias = tuple[datetime, list[Spike]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPolicy:
    """The factors of the threshold of a watch besides the age of its baseline."""

    watch: str
    units: int  # in the installation
    budget: float  # false alarms a week that the installation accepts

    def rule(self, baseline: Baseline) -> Rule:
        """Return the threshold for scores by *baseline*."""
        return Rule(
            watch=self.watch, threshold=threshold(baseline.history_days, self.units, self.budget)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvaluation:
    """The result of a sequence of buckets: the learnt baseline and the warm moments."""

    baseline: Baseline
    warm_evaluations: tuple[Evaluation, ...]  # moments with a warm unit, with their spikes
    scores: Scores  # of the buckets not learnt so far; the last one is open
    baselines: Mapping[datetime, Baseline]  # by warm moment: the baseline at that time


def evaluate_history(
    baseline: Baseline,
    counts: Counts,
    evaluated_until: datetime,
    now: datetime,
    policy: ThresholdPolicy,
) -> HistoryEvaluation:
    """Continue from *baseline* to *now*; moments up to *evaluated_until* are learnt only.

    *counts* reach from 6 h before ``baseline.learnt_to`` or earlier up to the bucket of *now*. One
    call and several shorter ones learn the same baseline, to the last bit.
    """
    segments: list[tuple[Baseline, list[Evaluation]]] = []
    while now - baseline.learnt_to >= HOUR + SETTLE_TIME:
        first = counts.bucket(baseline.learnt_to)
        scores = score(baseline, score_windows(baseline, counts, first, first + BUCKETS_PER_HOUR))
        evaluations = list(
            _warm_evaluations(counts, scores, policy.rule(baseline), evaluated_until, now)
        )
        segments.append((baseline, evaluations))
        baseline = update_baseline(baseline, counts, scores.windows, units_with_news(scores))
    first = counts.bucket(baseline.learnt_to)
    scores = score(baseline, score_windows(baseline, counts, first, len(counts.is_covered)))
    evaluations = list(
        _warm_evaluations(counts, scores, policy.rule(baseline), evaluated_until, now)
    )
    segments.append((baseline, evaluations))
    return HistoryEvaluation(
        baseline=baseline,
        warm_evaluations=tuple(moment for _, evaluations in segments for moment in evaluations),
        scores=scores,
        baselines={
            at: segment_baseline
            for segment_baseline, evaluations in segments
            for at, _ in evaluations
        },
    )


def _warm_evaluations(
    counts: Counts, scores: Scores, rule: Rule, evaluated_until: datetime, now: datetime
) -> Iterator[Evaluation]:
    is_warm = (effective_scores(scores, rule) >= HALF_THRESHOLD * rule.threshold).any(axis=1)
    for bucket in np.flatnonzero(is_warm):
        at = min(counts.time(scores.windows.first_bucket + int(bucket)) + BUCKET_WIDTH, now)
        if at > evaluated_until:
            yield at, crises(scores, rule, int(bucket), at)
