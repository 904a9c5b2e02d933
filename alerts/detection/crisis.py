"""When voices become a crisis: both the negative voices and their share must surprise. Pure.

Each window (15 minutes, 1 hour, 6 hours) has two scores, -log10 of a tail probability divided by
the unit's own noise (:mod:`alerts.detection.tail_scores`): so many negative voices, and so
large a share of them. It speaks only if the share is surprising (>= 1.5) and lies 0.10 above the
usual one, and nine voices more than usual are negative (eighteen in six hours). The crisis score X
is the mean over the three windows of the sum of both scores; a silent window adds nothing. Volume
alone never pages.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.baseline import Baseline, View
from alerts.detection.counts import Stream
from alerts.detection.seasonality import Bools, Floats
from alerts.detection.tail_scores import WINDOWS
from core.incident import Kind, Spike
from core.timestamps import BUCKET, floor

# `make scoreboard`, 180 units of a synthetic stress set over 8 weeks: 0.056 false alarms a unit and
# week; found are 64 of 68 crises that take the volume to ten times and more, 69 of 90 at four to
# ten times, 60 of 104 at double to quadruple. At 3.0 it is 0.071 and 6 crises more, at 4.0 0.045
# and 3 less.
CRISIS: Final = 3.6
ATTENTION: Final = 2.0
SOUR: Final = 4.0
SILENCE: Final = 6.0
SHARE_GATE: Final = 1.5  # -log10
SHARE_LIFT: Final = 0.10
SHARE_PSEUDO: Final = 2.0  # voices of the usual share, so that 1 of 1 is no share of 100 %
# Voices, by window. A quarrel of four accounts beside copied texts and a small story comes to 8
# more than usual: with 8 it opened crises in 2 of 72 months of simulation, with 9 in none. Forty
# who ask all day why they cannot sign in come to 15 in six hours, since a model takes some
# questions for complaints, and with 9 for that window too they were a crisis. 18 loses 3 of the 262
# crises above.
EXCESS: Final = (9.0, 9.0, 18.0)
NOTICE_EXCESS: Final = 5.0
WARM: Final = 0.5  # share of the threshold: below it a crisis cools down
# False alarms a unit and week at X = 3 where nothing happens, and the factor by which +1 in X
# lowers them (quiet run of the same set): 15 units share one false alarm a week at X = 3.
QUIET_RATE: Final = 0.067
QUIET_SLOPE: Final = math.log(4.7)
BLIND_DAYS: Final = 3.0
YOUNG_DAYS: Final = 14.0
YOUNG_PENALTY: Final = 1.0
BLIND_VOICES: Final = 30
BLIND_RATIO: Final = 10.0
SEVERITIES: Final = ((10.0, 1), (4.0, 2), (2.0, 3))  # times the usual -> severity
SLOW: Final = slice(1, None)  # the windows of attention: 1 hour and 6 hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What every unit reached at each bucket of a view (buckets, units), windows where said."""

    baseline: Baseline
    seen: View
    crisis: Floats
    attention: Floats
    sour: Floats
    parts: Floats  # what each window adds to the crisis (buckets, windows, units)
    blind: Bools  # thirty negative voices and ten times the usual: the rule without a baseline


def threshold(days: float, units: int, budget: float = 1.0) -> float:
    """What X must reach in an installation of *units* (watches and topics of watches).

    max(3.6, 3 + ln(0.067 units / budget) / ln 4.7), *budget* false alarms a week for all of them;
    1 more while the baseline knows less than 14 *days*.
    """
    shared = 3.0 + math.log(QUIET_RATE * units / budget) / QUIET_SLOPE
    return max(CRISIS, shared) + penalty(days)


def penalty(days: float) -> float:
    """What X must reach more while the baseline knows only so many *days*."""
    return YOUNG_PENALTY if days < YOUNG_DAYS else 0.0


def score(baseline: Baseline, seen: View) -> Scores:
    """The scores of every bucket and unit in *seen*; more negative voices never lower ``crisis``.

    *attention* is the surprise of the volume where the share is as usual, the mean over 1 h and
    6 h; *sour* that of the share over 6 h where the volume is as usual.
    """
    observed, expected = seen.sums.observed, seen.sums.expected
    negative, voices = observed[:, :, Stream.NEGATIVE], observed[:, :, Stream.SCORED]
    usual = baseline.usual_share
    share = (negative + SHARE_PSEUDO * usual) / (np.maximum(voices, negative) + SHARE_PSEUDO)
    excess = negative - expected[:, :, Stream.NEGATIVE]
    by_negative, by_share, by_volume = seen.tempered
    sour = (by_share >= SHARE_GATE) & (share >= usual + SHARE_LIFT)
    enough = excess >= np.array(EXCESS)[:, None]
    parts = np.where(sour & enough, by_negative + by_share, 0.0)
    more = observed[:, :, Stream.VOLUME] - expected[:, :, Stream.VOLUME] >= NOTICE_EXCESS
    turned = sour & (excess >= NOTICE_EXCESS) & (by_volume < ATTENTION)
    tenfold = negative + 1 >= BLIND_RATIO * (expected[:, :, Stream.NEGATIVE] + 1)
    blind: Bools = np.any(tenfold & (negative >= BLIND_VOICES), axis=1)
    return Scores(
        baseline=baseline,
        seen=seen,
        crisis=parts.mean(axis=1),
        attention=np.where(more & ~sour, by_volume, 0.0)[:, SLOW].mean(axis=1),
        sour=np.where(turned, by_share, 0.0)[:, -1],
        parts=parts,
        blind=blind,
    )


def news(scores: Scores) -> Bools:
    """Which units were warm at some bucket (units,): what they did then is no noise of theirs."""
    warm: Bools = np.any(scores.crisis >= WARM * CRISIS, axis=0)
    return warm


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a watch's scores are held against."""

    watch: str
    threshold: float  # of X; :func:`threshold`


def reached(scores: Scores, rule: Rule) -> Floats:
    """X of each bucket and unit; before three days are known only the rule without a baseline."""
    if scores.baseline.days >= BLIND_DAYS:
        return scores.crisis
    return np.where(scores.blind, np.maximum(scores.crisis, rule.threshold), 0.0)


def crises(scores: Scores, rule: Rule, bucket: int, at: datetime) -> list[Spike]:
    """A spike for each unit that is warm (half the threshold) at *bucket*, looked at *at*.

    Raised are those whose ``score`` reaches their ``threshold``. All tell of one window, that which
    adds most to the strongest unit. Onset is the start of that window until
    :mod:`alerts.detection.onset` has looked closer.
    """
    height = reached(scores, rule)[bucket]
    warm = np.flatnonzero(height >= WARM * rule.threshold)
    window = int(scores.parts[bucket, :, int(height.argmax())].argmax())
    look = _Look(scores, bucket, window, at)
    return [look.spike(rule, Kind.CRISIS, int(unit), float(height[unit])) for unit in warm]


def notices(scores: Scores, rule: Rule, at: datetime) -> list[Spike]:
    """What is worth a line but no page in the last bucket: for each kind its strongest unit."""
    bucket = len(scores.crisis) - 1
    found = []
    for kind, heights, needed in (
        (Kind.ATTENTION, scores.attention[bucket], ATTENTION),
        (Kind.SOUR, scores.sour[bucket], SOUR),
        (Kind.HEALTH, _silence(scores, bucket), SILENCE),
    ):
        unit = int(heights.argmax())
        if heights[unit] >= needed and scores.baseline.days >= BLIND_DAYS:
            look = _Look(scores, bucket, len(WINDOWS) - 1, at)
            line = Rule(watch=rule.watch, threshold=needed)
            found.append(look.spike(line, kind, unit, float(heights[unit])))
    return found


def severity(observed: float, expected: float) -> int:
    """1 (worst) to 4, by how many times the usual it is, one voice added on either side.

    The added voice keeps six negative voices where 0.1 are usual from being sixtyfold.
    """
    times = (observed + 1) / (expected + 1)
    return next((level for least, level in SEVERITIES if times >= least), 4)


def _silence(scores: Scores, bucket: int) -> Floats:
    """-log10 of the chance of six hours without any voice: M / ln 10; the watch as a whole only."""
    last = (bucket, -1, Stream.VOLUME, 0)
    usual, heard = scores.seen.sums.expected[last], scores.seen.sums.observed[last]
    return np.array([0.0 if heard else usual / math.log(10)])


@dataclass(frozen=True, slots=True)
class _Look:
    """One window of one bucket, and when it was looked at."""

    scores: Scores
    bucket: int
    window: int
    at: datetime

    def spike(self, rule: Rule, kind: Kind, unit: int, height: float) -> Spike:
        """What is seen of *unit*, whose score is *height*."""
        place, baseline = (self.bucket, self.window), self.scores.baseline
        observed = self.scores.seen.sums.observed[place]
        negative = int(observed[Stream.NEGATIVE, unit])
        voices = max(int(observed[Stream.SCORED, unit]), negative)
        expected = float(self.scores.seen.sums.expected[place][Stream.NEGATIVE, unit])
        width = WINDOWS[self.window] * BUCKET
        return Spike(
            watch=rule.watch,
            topic=baseline.units[unit],
            kind=kind,
            severity=severity(negative, expected) if kind is Kind.CRISIS else 4,
            onset=floor(self.at) + BUCKET - width,
            detected=self.at,
            window_s=width // timedelta(seconds=1),
            observed=negative,
            expected=expected,
            voices=voices,
            negative_share=negative / voices if voices else 0.0,
            usual_share=float(baseline.usual_share[unit]),
            score=height,
            threshold=rule.threshold,
            baseline_days=baseline.days,
        )
