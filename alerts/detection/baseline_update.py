"""How a baseline learns one more hour. Pure.

What an hour teaches is clipped by the hour: a bucket of a quiet watch holds no voice or one, and
there clipping by the bucket would clip nothing. The caller teaches only settled hours (over for at
least an hour), so that late mentions are evaluated at once and learnt once.

What noise a unit makes is learnt of hours without news alone. Else a crisis that grows over a day
would teach, hour by hour, that it is nothing special, and the next one would go unheard for weeks.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from alerts.detection.baseline import (
    CLUMPING,
    HOUR,
    PER_HOUR,
    SHARE_PRIOR,
    SHARE_WORTH,
    SPREAD_START,
    Baseline,
    View,
)
from alerts.detection.counts import Counts, Stream
from alerts.detection.seasonality import Bools, Floats
from alerts.detection.tail_scores import WINDOWS, Sums

LEVEL_RATE: Final = 1 - 0.5 ** (1 / 96)  # half-life 4 days
LEVEL_MIN: Final = 0.02  # voices an hour
CLIP: Final = 3.0  # standard deviations, and one voice: more is no lesson
YOUNG_H: Final = 24.0  # before a day was heard only the level learns, unclipped
FORGET_WEEK: Final = 0.5 ** (1 / 168)  # an hour's step of a half-life of 7 days
OVERLAP: Final = 48.0  # buckets whose windows tell one and the same thing
SHARE_HOUR_MAX: Final = 30.0  # voices: one burst must not own the share
FORGET_CLUMPS: Final = 1 - 1 / 336  # memory of 14 days
CLUMP_OVERLAP: Final = 72.0
CLUMP_MIN_VOICES: Final = 5
CLUMP_FULL_VOICES: Final = 50.0
TAIL_RATE: Final = 2 * 0.004
TAIL_YOUNG: Final = 50.0  # buckets: the first ones move the quantile by 2 / (50 + their number)
TAIL_SHARE: Final = 0.005
_HOUR_WINDOW: Final = WINDOWS.index(PER_HOUR)


def learn(baseline: Baseline, counts: Counts, seen: View, news: Bools) -> Baseline:
    """*baseline* after one more hour: the 12 buckets of *seen*, as *baseline* itself sees them.

    Units with *news* in that hour (units,) keep their spread, clumping and tail. Level, season and
    share follow all the same, so that what stays becomes usual.
    """
    after = replace(baseline, learnt_to=baseline.learnt_to + HOUR)
    hour = slice(seen.first, seen.first + PER_HOUR)
    part = float(counts.heard[hour].mean())
    if not part:
        return after
    voices = counts.voices[hour].sum(axis=0).astype(np.float64)
    grown_up = baseline.heard_h >= YOUNG_H
    season = seen.season.mean(axis=0)
    lesson = _clipped(baseline, voices, season) if grown_up else voices
    rate = part * max(LEVEL_RATE, 1 / (1 + baseline.heard_h))
    level = np.maximum(baseline.level + rate * (lesson / season - baseline.level), LEVEL_MIN)
    after = replace(
        after,
        heard_h=baseline.heard_h + part,
        level=level,
        share=_share(baseline, voices),
        clumps=np.where(news, baseline.clumps, _clumps(baseline, seen.sums)),
        tail=np.where(news, baseline.tail, _tail(baseline, seen.raw)),
    )
    if not grown_up:
        return after
    of_week = int(counts.minute[seen.first + PER_HOUR // 2]) // 60
    return replace(
        after,
        season=baseline.season.learn(of_week, lesson / part / level, part),
        spread=np.where(news, baseline.spread, _spread(baseline, seen.sums)),
    )


def _clipped(baseline: Baseline, voices: Floats, season: Floats) -> Floats:
    mean = baseline.level * season
    bound = CLIP * np.sqrt(mean + baseline.dispersion[_HOUR_WINDOW] * mean**2)
    clipped: Floats = np.clip(voices, mean - bound, mean + bound + 1)
    return clipped


def _spread(baseline: Baseline, sums: Sums) -> Floats:
    """By moments: ((Y - M)**2 - M) / M**2, weighed by M / (1 + M): small M say little of it."""
    mean = sums.expected + 1e-9
    bound = CLIP * np.sqrt(mean + baseline.dispersion * mean**2) + 1
    off = np.clip(sums.observed - mean, -bound, bound)
    weight = mean / (1 + mean) / OVERLAP
    hour = np.stack([weight * (off**2 - mean) / mean**2, weight]).sum(axis=1)
    learnt = baseline.spread + hour
    # The start value is a prior of weight 1 that is never forgotten.
    prior = np.array([SPREAD_START, 1.0])[:, None, None, None]
    spread: Floats = prior + (learnt - prior) * FORGET_WEEK
    return spread


def _share(baseline: Baseline, voices: Floats) -> Floats:
    """Decayed sums of negative and of scored voices; never less sure than the prior."""
    usual, scored = baseline.usual_share, voices[Stream.SCORED]
    clump = 1 + np.maximum(scored - 1, 0) * baseline.clumping[_HOUR_WINDOW]
    bound = CLIP * np.sqrt(scored * usual * (1 - usual) * clump)
    negative = np.clip(voices[Stream.NEGATIVE], scored * usual - bound, scored * usual + bound)
    part = np.minimum(1.0, SHARE_HOUR_MAX / np.maximum(scored, 1.0))
    sums = baseline.share * FORGET_WEEK + np.stack([negative, scored]) * part
    lacking = np.maximum(SHARE_WORTH - sums[1], 0.0)
    share: Floats = sums + lacking * np.array([[SHARE_PRIOR], [1.0]])
    return share


def _clumps(baseline: Baseline, sums: Sums) -> Floats:
    """By moments: ((N - Y p)**2 / (Y p (1 - p)) - 1) / (Y - 1), where five voices spoke."""
    usual = baseline.usual_share
    scored = np.maximum(sums.observed[:, :, Stream.SCORED], 1.0)
    chance = scored * usual * (1 - usual)
    bound = CLIP * np.sqrt(chance * (1 + (scored - 1) * baseline.clumping))
    off = np.minimum(np.abs(sums.observed[:, :, Stream.NEGATIVE] - scored * usual), bound)
    rho = np.maximum(off**2 / chance - 1, 0.0) / np.maximum(scored - 1, 1.0)
    weight = np.minimum(1.0, scored / CLUMP_FULL_VOICES) / CLUMP_OVERLAP
    weight = np.where(scored >= CLUMP_MIN_VOICES, weight, 0.0)
    learnt = baseline.clumps + np.stack([weight * rho, weight]).sum(axis=1)
    prior = np.array([CLUMPING, 1.0])[:, None, None]
    clumps: Floats = prior + (learnt - prior) * FORGET_CLUMPS
    return clumps


def _tail(baseline: Baseline, raw: Floats) -> Floats:
    """Track the 99.5 % quantile of each score by stochastic approximation."""
    above = (raw > baseline.tail[:, None]).sum(axis=1) - TAIL_SHARE * raw.shape[1]
    rate = max(TAIL_RATE, 2 / (TAIL_YOUNG + PER_HOUR * baseline.heard_h))
    tail: Floats = baseline.tail * np.exp(rate * above)
    return tail
