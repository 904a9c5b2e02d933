"""The normal state of a watch: level, season, dispersion and negative share of each unit. Pure.

A baseline is a value; :mod:`alerts.detection.baseline_update` computes the next one from it. It
holds for each unit

- its level, voices an hour, and its season: ``level * season`` voices are expected;
- its dispersion a: a window of mean M has the variance M + a M**2 (negative binomial);
- its negative share p and intraclass correlation rho: the number of negative voices among Y has
  the variance Y p (1 - p) (1 + (Y - 1) rho);
- the tail of its own scores: the value that one bucket in 200 reaches without any news.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from alerts.detection.counts import Counts, Stream, Unit
from alerts.detection.seasonality import Floats, Ints, Season, flat_season, interpolate_profile
from alerts.detection.tail_scores import (
    MAX_WINDOW,
    WINDOWS,
    WindowSums,
    excess_score,
    noise_factor,
    rolling_sums,
    share_score,
)
from core.timestamps import BUCKET_WIDTH, format_utc, parse_utc

HOUR: Final = timedelta(hours=1)
BUCKETS_PER_HOUR: Final = HOUR // BUCKET_WIDTH
LEVEL_START: Final = 0.5  # voices an hour
MIN_EXPECTED: Final = 0.01  # voices: lower bound of an expected count
SPREAD_START: Final = 0.25
SPREAD_MIN: Final = 0.005
SHARE_PRIOR: Final = 0.2
SHARE_PRIOR_VOICES: Final = 200.0  # voices
CORRELATION_START: Final = 0.02
TAIL_START: Final = 3.45  # -log10; 1.5 times the nominal 2.30: caution with a new unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Everything that detection has learnt about one watch up to ``learnt_to`` (a UTC hour)."""

    units: tuple[Unit, ...]  # the watch as a whole first
    begun: datetime
    learnt_to: datetime
    heard_h: float  # covered hours that were learnt
    level: Floats  # voices an hour (streams, units)
    season: Season
    spread: Floats  # numerator and denominator of the dispersion (2, windows, streams, units)
    share: Floats  # negative and scored voices, decayed (2, units)
    clumps: Floats  # numerator and denominator of rho (2, windows, units)
    # 99.5 % quantile of each score (streams, windows, units); SCORED holds that of the share score.
    tail: Floats

    @property
    def history_days(self) -> float:
        """Days of covered history behind the baseline."""
        return self.heard_h / 24

    @property
    def usual_share(self) -> Floats:
        """Negative share, 0 to 1 (units)."""
        share: Floats = self.share[0] / self.share[1]
        return share

    @property
    def dispersion(self) -> Floats:
        """The a of variance = mean + a * mean**2 (windows, streams, units)."""
        spread: Floats = np.maximum(self.spread[0] / self.spread[1], SPREAD_MIN)
        return spread

    @property
    def intraclass_correlation(self) -> Floats:
        """Agreement of the voices of a window beyond chance: rho of the share (windows, units)."""
        correlation: Floats = self.clumps[0] / self.clumps[1]
        return correlation


def initial(
    units: tuple[Unit, ...], history_start: datetime, profile: Floats | None = None
) -> Baseline:
    """Return a baseline without any history.

    *profile*: the normal day (24 hours on the watch's clock) of other watches of the same zone.
    """
    streams, n = len(Stream), len(units)
    spread = np.zeros((2, len(WINDOWS), streams, n))
    spread[0], spread[1] = SPREAD_START, 1.0
    correlation = np.zeros((2, len(WINDOWS), n))
    correlation[0], correlation[1] = CORRELATION_START, 1.0
    share = np.array([[SHARE_PRIOR * SHARE_PRIOR_VOICES] * n, [SHARE_PRIOR_VOICES] * n])
    return Baseline(
        units=units,
        begun=history_start,
        learnt_to=history_start,
        heard_h=0.0,
        level=np.full((streams, n), LEVEL_START),
        season=flat_season(streams, n, profile),
        spread=spread,
        share=share,
        clumps=correlation,
        tail=np.full((streams, len(WINDOWS), n), TAIL_START),
    )


def expected_counts(baseline: Baseline, minute: Ints) -> Floats:
    """Return the expected voices of buckets that begin at each *minute* of the week.

    Shape (buckets, streams, units).
    """
    season = interpolate_profile(baseline.season.week_profiles(baseline.level), minute)
    counts: Floats = np.maximum(baseline.level * season / BUCKETS_PER_HOUR, MIN_EXPECTED)
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowScores:
    """Scores of some buckets by a baseline; axes as in :mod:`alerts.detection.tail_scores`."""

    first_bucket: int  # index of the first bucket in the counts
    season: Floats  # around 1; 0 in uncovered buckets (buckets, streams, units)
    sums: WindowSums
    raw: Floats  # (streams, buckets, windows, units); SCORED holds the score of the share
    noise_adjusted: Floats  # raw scores divided by the noise factor of the unit


def score_windows(baseline: Baseline, counts: Counts, first: int, end: int) -> WindowScores:
    """Score the buckets [*first*, *end*) (indices in *counts*) by *baseline*.

    *counts* must reach at least 6 h before *first*.
    """
    window = slice(first + 1 - MAX_WINDOW, end)
    season = interpolate_profile(
        baseline.season.week_profiles(baseline.level), counts.minute[window]
    )
    voices = np.maximum(baseline.level * season / BUCKETS_PER_HOUR, MIN_EXPECTED)
    is_covered = counts.is_covered[window, None, None]
    sums = WindowSums(
        observed=rolling_sums(counts.voices[window].astype(np.float64), MAX_WINDOW - 1),
        expected=rolling_sums(voices * is_covered, MAX_WINDOW - 1),
    )
    raw = _scores(baseline, sums)
    noise_adjusted = raw / noise_factor(baseline.tail)[:, None]
    covered_season = (season * is_covered)[MAX_WINDOW - 1 :]
    return WindowScores(
        first_bucket=first, season=covered_season, sums=sums, raw=raw, noise_adjusted=noise_adjusted
    )


def _scores(baseline: Baseline, sums: WindowSums) -> Floats:
    counts = sums.observed
    excess = excess_score(counts, sums.expected, baseline.dispersion)
    share = share_score(
        counts[:, :, Stream.NEGATIVE],
        counts[:, :, Stream.SCORED],
        baseline.usual_share,
        baseline.intraclass_correlation,
    )
    return np.stack([excess[:, :, Stream.NEGATIVE], share, excess[:, :, Stream.VOLUME]])


def to_plain(baseline: Baseline) -> dict[str, Any]:
    """Return *baseline* as a JSON object; :func:`from_plain` restores it to the last bit."""
    return _plain(baseline)


def from_plain(plain: Mapping[str, Any]) -> Baseline:
    """Return the baseline that :func:`to_plain` serialized as *plain*."""
    parts = _arrays(plain)
    parts["units"] = tuple(plain["units"])
    parts["season"] = Season(**_arrays(plain["season"]))
    parts["begun"], parts["learnt_to"] = parse_utc(plain["begun"]), parse_utc(plain["learnt_to"])
    return Baseline(**parts)


def _plain(value: Baseline | Season) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if isinstance(part, np.ndarray):
            plain[field.name] = part.tolist()
        elif isinstance(part, datetime):
            plain[field.name] = format_utc(part)
        else:
            plain[field.name] = _plain(part) if isinstance(part, Season) else part
    return plain


def _arrays(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: np.array(part) if isinstance(part, list) else part for key, part in plain.items()}
