"""Update of a baseline by one more hour. Pure.

Counts are clipped by the hour: a bucket of a quiet watch contains no voice or one, and clipping by
the bucket would have no effect there. The caller passes only settled hours (over for at least an
hour): late mentions are evaluated at once and learnt once.

The noise of a unit is learnt from hours without news only. Otherwise a crisis that grows over a day
would raise the noise level hour by hour, and the next crisis would go undetected for weeks.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from alerts.detection.baseline import (
    BUCKETS_PER_HOUR,
    CORRELATION_START,
    HOUR,
    SHARE_PRIOR,
    SHARE_PRIOR_VOICES,
    SPREAD_START,
    Baseline,
    WindowScores,
)
from alerts.detection.counts import Counts, Stream
from alerts.detection.seasonality import Bools, Floats
from alerts.detection.tail_scores import WINDOWS, WindowSums

LEVEL_RATE: Final = 1 - 0.5 ** (1 / 96)  # half-life 4 days
LEVEL_MIN: Final = 0.02  # voices an hour
CLIP_SIGMAS: Final = 3.0  # standard deviations, and one voice: counts beyond are clipped
WARMUP_H: Final = 24.0  # covered hours: before them only the level is learnt, unclipped
WEEK_DECAY: Final = 0.5 ** (1 / 168)  # an hour's step of a half-life of 7 days
SPREAD_OVERLAP: Final = 48.0  # buckets whose overlapping windows count as one sample
SHARE_HOUR_MAX: Final = 30.0  # voices: limits the weight of one burst in the share
CORRELATION_DECAY: Final = 1 - 1 / 336  # memory of 14 days
CORRELATION_OVERLAP: Final = 72.0
CORRELATION_MIN_VOICES: Final = 5
CORRELATION_FULL_VOICES: Final = 50.0
TAIL_RATE: Final = 2 * 0.004
TAIL_WARMUP: Final = 50.0  # buckets: the first ones move the quantile by 2 / (50 + their number)
TAIL_SHARE: Final = 0.005
_HOUR_WINDOW: Final = WINDOWS.index(BUCKETS_PER_HOUR)


def update_baseline(
    baseline: Baseline, counts: Counts, windows: WindowScores, has_news: Bools
) -> Baseline:
    """Return *baseline* after one more hour: the 12 buckets of *windows*, scored by *baseline*.

    Units with news in that hour (*has_news*, (units,)) keep their spread, correlation and tail.
    Their level, season and share are updated all the same: a lasting change becomes normal.
    """
    next_baseline = replace(baseline, learnt_to=baseline.learnt_to + HOUR)
    hour = slice(windows.first_bucket, windows.first_bucket + BUCKETS_PER_HOUR)
    covered_share = float(counts.is_covered[hour].mean())
    if not covered_share:
        return next_baseline
    voices = counts.voices[hour].sum(axis=0).astype(np.float64)
    is_mature = baseline.heard_h >= WARMUP_H
    season = windows.season.mean(axis=0)
    sample = _clip_voices(baseline, voices, season) if is_mature else voices
    rate = covered_share * max(LEVEL_RATE, 1 / (1 + baseline.heard_h))
    level = np.maximum(baseline.level + rate * (sample / season - baseline.level), LEVEL_MIN)
    next_baseline = replace(
        next_baseline,
        heard_h=baseline.heard_h + covered_share,
        level=level,
        share=_share(baseline, voices),
        clumps=np.where(has_news, baseline.clumps, _correlation(baseline, windows.sums)),
        tail=np.where(has_news, baseline.tail, _tail(baseline, windows.raw)),
    )
    if not is_mature:
        return next_baseline
    week_hour = int(counts.minute[windows.first_bucket + BUCKETS_PER_HOUR // 2]) // 60
    return replace(
        next_baseline,
        season=baseline.season.with_hour(week_hour, sample / covered_share / level, covered_share),
        spread=np.where(has_news, baseline.spread, _spread(baseline, windows.sums)),
    )


def _clip_voices(baseline: Baseline, voices: Floats, season: Floats) -> Floats:
    mean = baseline.level * season
    bound = CLIP_SIGMAS * np.sqrt(mean + baseline.dispersion[_HOUR_WINDOW] * mean**2)
    sample: Floats = np.clip(voices, mean - bound, mean + bound + 1)
    return sample


def _spread(baseline: Baseline, sums: WindowSums) -> Floats:
    """Update the dispersion by moments: ((Y - M)**2 - M) / M**2, weighted by M / (1 + M).

    The weight is small for a small M, which contains little information.
    """
    mean = sums.expected + 1e-9
    bound = CLIP_SIGMAS * np.sqrt(mean + baseline.dispersion * mean**2) + 1
    deviation = np.clip(sums.observed - mean, -bound, bound)
    weight = mean / (1 + mean) / SPREAD_OVERLAP
    hour_sums = np.stack([weight * (deviation**2 - mean) / mean**2, weight]).sum(axis=1)
    total = baseline.spread + hour_sums
    # The start value is a prior of weight 1 that never decays.
    prior = np.array([SPREAD_START, 1.0])[:, None, None, None]
    spread: Floats = prior + (total - prior) * WEEK_DECAY
    return spread


def _share(baseline: Baseline, voices: Floats) -> Floats:
    """Update the decayed sums of negative and of scored voices, of the prior's weight or more."""
    usual_share, scored_voices = baseline.usual_share, voices[Stream.SCORED]
    variance_factor = (
        1 + np.maximum(scored_voices - 1, 0) * baseline.intraclass_correlation[_HOUR_WINDOW]
    )
    bound = CLIP_SIGMAS * np.sqrt(scored_voices * usual_share * (1 - usual_share) * variance_factor)
    negative = np.clip(
        voices[Stream.NEGATIVE],
        scored_voices * usual_share - bound,
        scored_voices * usual_share + bound,
    )
    weight = np.minimum(1.0, SHARE_HOUR_MAX / np.maximum(scored_voices, 1.0))
    sums = baseline.share * WEEK_DECAY + np.stack([negative, scored_voices]) * weight
    shortfall = np.maximum(SHARE_PRIOR_VOICES - sums[1], 0.0)
    share: Floats = sums + shortfall * np.array([[SHARE_PRIOR], [1.0]])
    return share


def _correlation(baseline: Baseline, sums: WindowSums) -> Floats:
    """Update rho by moments, ((N - Y p)**2 / (Y p (1 - p)) - 1) / (Y - 1), from five voices on."""
    usual_share = baseline.usual_share
    scored_voices = np.maximum(sums.observed[:, :, Stream.SCORED], 1.0)
    binomial_variance = scored_voices * usual_share * (1 - usual_share)
    bound = CLIP_SIGMAS * np.sqrt(
        binomial_variance * (1 + (scored_voices - 1) * baseline.intraclass_correlation)
    )
    deviation = np.minimum(
        np.abs(sums.observed[:, :, Stream.NEGATIVE] - scored_voices * usual_share), bound
    )
    rho = np.maximum(deviation**2 / binomial_variance - 1, 0.0) / np.maximum(scored_voices - 1, 1.0)
    weight = np.minimum(1.0, scored_voices / CORRELATION_FULL_VOICES) / CORRELATION_OVERLAP
    weight = np.where(scored_voices >= CORRELATION_MIN_VOICES, weight, 0.0)
    total = baseline.clumps + np.stack([weight * rho, weight]).sum(axis=1)
    prior = np.array([CORRELATION_START, 1.0])[:, None, None]
    correlation: Floats = prior + (total - prior) * CORRELATION_DECAY
    return correlation


def _tail(baseline: Baseline, raw: Floats) -> Floats:
    """Track the 99.5 % quantile of each score by stochastic approximation."""
    excess = (raw > baseline.tail[:, None]).sum(axis=1) - TAIL_SHARE * raw.shape[1]
    rate = max(TAIL_RATE, 2 / (TAIL_WARMUP + BUCKETS_PER_HOUR * baseline.heard_h))
    tail: Floats = baseline.tail * np.exp(rate * excess)
    return tail
