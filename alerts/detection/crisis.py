"""The crisis score: both the number and the share of negative voices must be improbable. Pure.

Each window (15 minutes, 1 hour, 6 hours) has two scores, each -log10 of a tail probability divided
by the noise of the unit (:mod:`alerts.detection.tail_scores`): one for the number of negative
voices, one for their share. A window counts only if the share score is 1.5 or more, the share lies
0.10 above the usual one, and nine voices more than usual are negative (eighteen in six hours). The
crisis score X is the mean over the three windows of the sum of both scores; a window that does not
count adds 0. Volume alone never opens an incident.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.baseline import Baseline, WindowScores
from alerts.detection.counts import Stream
from alerts.detection.seasonality import Bools, Floats
from alerts.detection.tail_scores import WINDOWS
from core.incident import IncidentKind, Spike
from core.timestamps import BUCKET_WIDTH, floor_to

# `make scoreboard`, 180 units of a synthetic stress set over 8 weeks: 0.056 false alarms a unit and
# week. It detects 64 of 68 crises that raise the volume to ten times and more, 69 of 90 at four to
# ten times, 60 of 104 at double to quadruple. At 3.0 it is 0.071 and 6 crises more, at 4.0 0.045
# and 3 less.
CRISIS_SCORE: Final = 3.6
ATTENTION_SCORE: Final = 2.0
SOUR_SCORE: Final = 4.0
SILENCE_SCORE: Final = 6.0
MIN_SHARE_SCORE: Final = 1.5  # -log10
MIN_SHARE_GAIN: Final = 0.10
SHARE_PSEUDO_VOICES: Final = 2.0  # voices of the usual share, so that 1 of 1 is no share of 100 %
# Voices, by window. A quarrel of four accounts beside copied texts and a small story reaches 8 more
# than usual: with 8 it opened crises in 2 of 72 months of simulation, with 9 in none. Forty people
# who ask all day why they cannot sign in reach 15 in six hours, since a model classifies some
# questions as complaints; with 9 for that window too they were a crisis. 18 loses 3 of the 262
# crises above.
MIN_EXCESS: Final = (9.0, 9.0, 18.0)
MIN_NOTICE_EXCESS: Final = 5.0
HALF_THRESHOLD: Final = 0.5  # share of the threshold: from it on a unit is warm
# False alarms a unit and week at X = 3 where nothing happens, and the factor by which +1 in X
# lowers them (quiet run of the same set): 15 units share one false alarm a week at X = 3.
QUIET_RATE: Final = 0.067
QUIET_SLOPE: Final = math.log(4.7)
NO_BASELINE_DAYS: Final = 3.0
YOUNG_DAYS: Final = 14.0
YOUNG_PENALTY: Final = 1.0
NO_BASELINE_VOICES: Final = 30
NO_BASELINE_RATIO: Final = 10.0
SEVERITIES: Final = ((10.0, 1), (4.0, 2), (2.0, 3))  # times the usual -> severity
SLOW_WINDOWS: Final = slice(1, None)  # the windows of attention: 1 hour and 6 hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of some buckets; arrays of shape (buckets, units) unless noted."""

    baseline: Baseline
    windows: WindowScores
    crisis: Floats
    attention: Floats
    sour: Floats
    contributions: Floats  # of each window to the crisis score (buckets, windows, units)
    no_baseline_rule: Bools  # thirty negative voices and ten times the usual number


def threshold(days: float, units: int, budget: float = 1.0) -> float:
    """Return the threshold of X in an installation of *units* (watches and topics of watches).

    max(3.6, 3 + ln(0.067 units / budget) / ln 4.7), *budget* false alarms a week for all of them;
    1 more while the baseline is younger than 14 *days*.
    """
    budget_threshold = 3.0 + math.log(QUIET_RATE * units / budget) / QUIET_SLOPE
    return max(CRISIS_SCORE, budget_threshold) + penalty(days)


def penalty(days: float) -> float:
    """Return the addition to the threshold of X for a baseline of *days* of history: 1 or 0."""
    return YOUNG_PENALTY if days < YOUNG_DAYS else 0.0


def score(baseline: Baseline, windows: WindowScores) -> Scores:
    """Return the scores of every bucket and unit in *windows*.

    More negative voices never lower ``crisis``. ``attention`` is the score of the volume where the
    share is normal, the mean over 1 h and 6 h. ``sour`` is the score of the share over 6 h where
    the volume is normal.
    """
    counts, means = windows.sums.observed, windows.sums.expected
    negative, voices = counts[:, :, Stream.NEGATIVE], counts[:, :, Stream.SCORED]
    usual = baseline.usual_share
    share = (negative + SHARE_PSEUDO_VOICES * usual) / (
        np.maximum(voices, negative) + SHARE_PSEUDO_VOICES
    )
    excess = negative - means[:, :, Stream.NEGATIVE]
    by_negative, by_share, by_volume = windows.noise_adjusted
    is_sour = (by_share >= MIN_SHARE_SCORE) & (share >= usual + MIN_SHARE_GAIN)
    has_excess = excess >= np.array(MIN_EXCESS)[:, None]
    contributions = np.where(is_sour & has_excess, by_negative + by_share, 0.0)
    has_volume = counts[:, :, Stream.VOLUME] - means[:, :, Stream.VOLUME] >= MIN_NOTICE_EXCESS
    is_turning = is_sour & (excess >= MIN_NOTICE_EXCESS) & (by_volume < ATTENTION_SCORE)
    is_tenfold = negative + 1 >= NO_BASELINE_RATIO * (means[:, :, Stream.NEGATIVE] + 1)
    no_baseline_rule: Bools = np.any(is_tenfold & (negative >= NO_BASELINE_VOICES), axis=1)
    return Scores(
        baseline=baseline,
        windows=windows,
        crisis=contributions.mean(axis=1),
        attention=np.where(has_volume & ~is_sour, by_volume, 0.0)[:, SLOW_WINDOWS].mean(axis=1),
        sour=np.where(is_turning, by_share, 0.0)[:, -1],
        contributions=contributions,
        no_baseline_rule=no_baseline_rule,
    )


def units_with_news(scores: Scores) -> Bools:
    """Return the units that were warm in some bucket (units,); their noise is not learnt then."""
    is_warm: Bools = np.any(scores.crisis >= HALF_THRESHOLD * CRISIS_SCORE, axis=0)
    return is_warm


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The threshold of one watch."""

    watch: str
    threshold: float  # of X; :func:`threshold`


def effective_scores(scores: Scores, rule: Rule) -> Floats:
    """Return the crisis scores that count, shape (buckets, units).

    With less than three days of history only the no-baseline rule counts: a score is 0 where it
    does not apply, and at least the threshold where it does.
    """
    if scores.baseline.history_days >= NO_BASELINE_DAYS:
        return scores.crisis
    return np.where(scores.no_baseline_rule, np.maximum(scores.crisis, rule.threshold), 0.0)


def crises(scores: Scores, rule: Rule, bucket: int, at: datetime) -> list[Spike]:
    """Return a spike for each unit that is warm (half the threshold) at *bucket*.

    A spike is raised if its ``score`` reaches its ``threshold``. All spikes describe one window,
    the one that adds most to the strongest unit. Onset is the start of that window;
    :mod:`alerts.detection.onset` estimates it better.
    """
    unit_scores = effective_scores(scores, rule)[bucket]
    warm_units = np.flatnonzero(unit_scores >= HALF_THRESHOLD * rule.threshold)
    window_index = int(scores.contributions[bucket, :, int(unit_scores.argmax())].argmax())
    window_view = _Window(scores, bucket, window_index, at)
    return [
        window_view.spike(rule, IncidentKind.CRISIS, int(unit), float(unit_scores[unit]))
        for unit in warm_units
    ]


def notices(scores: Scores, rule: Rule, at: datetime) -> list[Spike]:
    """Return the notices of the last bucket: for each kind at most one, of its strongest unit."""
    bucket = len(scores.crisis) - 1
    spikes = []
    for kind, unit_scores, minimum in (
        (IncidentKind.ATTENTION, scores.attention[bucket], ATTENTION_SCORE),
        (IncidentKind.SOUR, scores.sour[bucket], SOUR_SCORE),
        (IncidentKind.HEALTH, _silence_scores(scores, bucket), SILENCE_SCORE),
    ):
        unit = int(unit_scores.argmax())
        if unit_scores[unit] >= minimum and scores.baseline.history_days >= NO_BASELINE_DAYS:
            window_view = _Window(scores, bucket, len(WINDOWS) - 1, at)
            notice_rule = Rule(watch=rule.watch, threshold=minimum)
            spikes.append(window_view.spike(notice_rule, kind, unit, float(unit_scores[unit])))
    return spikes


def severity(count: float, mean: float) -> int:
    """Return 1 (worst) to 4, by the ratio of *count* to *mean*, one voice added to each.

    Without the added voice, six negative voices would be sixty times a mean of 0.1.
    """
    times = (count + 1) / (mean + 1)
    return next((level for least, level in SEVERITIES if times >= least), 4)


def _silence_scores(scores: Scores, bucket: int) -> Floats:
    """Return -log10 of the chance of six hours without a voice: M / ln 10; whole watch only."""
    position = (bucket, -1, Stream.VOLUME, 0)
    mean, count = scores.windows.sums.expected[position], scores.windows.sums.observed[position]
    return np.array([0.0 if count else mean / math.log(10)])


@dataclass(frozen=True, slots=True)
class _Window:
    """One window of one bucket, and the time of its evaluation."""

    scores: Scores
    bucket: int
    window: int
    at: datetime

    def spike(self, rule: Rule, kind: IncidentKind, unit: int, unit_score: float) -> Spike:
        """Return the figures of *unit* with *unit_score* as a spike."""
        position, baseline = (self.bucket, self.window), self.scores.baseline
        counts = self.scores.windows.sums.observed[position]
        negative = int(counts[Stream.NEGATIVE, unit])
        voices = max(int(counts[Stream.SCORED, unit]), negative)
        mean = float(self.scores.windows.sums.expected[position][Stream.NEGATIVE, unit])
        width = WINDOWS[self.window] * BUCKET_WIDTH
        return Spike(
            watch=rule.watch,
            topic=baseline.units[unit],
            kind=kind,
            severity=severity(negative, mean) if kind is IncidentKind.CRISIS else 4,
            onset=floor_to(self.at) + BUCKET_WIDTH - width,
            detected=self.at,
            window_s=width // timedelta(seconds=1),
            observed=negative,
            expected=mean,
            voices=voices,
            negative_share=negative / voices if voices else 0.0,
            usual_share=float(baseline.usual_share[unit]),
            score=unit_score,
            threshold=rule.threshold,
            baseline_days=baseline.history_days,
        )
