"""Which mentions stand behind an event: all that carry it, and the one that tipped it. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.detection.baseline import Baseline, score_windows
from alerts.detection.counts import VOICE_WINDOW, count_voices
from alerts.detection.crisis import Rule, effective_scores, score, threshold
from alerts.detection.detector import DetectionContext
from core.observation import Observation
from core.watch import Watch

ONE_MICROSECOND: Final = timedelta(
    microseconds=1
)  # what opened at the end of a bucket opened within it


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The negative mentions of an incident and who stands behind them."""

    mentions: tuple[str, ...]  # ids, oldest first
    voices: int
    families: int


def collect_evidence(
    observations: Sequence[Observation], topic: str | None, onset: datetime, until: datetime
) -> Evidence:
    """The negative mentions of the watch, or of its *topic*, from *onset* to *until* inclusive."""
    candidates = [u for u in observations if u.negative and topic in (None, *u.topics)]
    matches = sorted((u for u in candidates if onset <= u.at <= until), key=lambda u: (u.at, u.id))
    return Evidence(
        mentions=tuple(u.id for u in matches),
        voices=len({u.author_key for u in matches}),
        families=len({u.family or u.id for u in matches}),
    )


def tipping_mention(
    watch: Watch,
    observations: Sequence[Observation],
    baseline: Baseline | None,
    opened_at: datetime,
    context: DetectionContext,
) -> str | None:
    """The id of the mention whose arrival made the score cross at *opened* (of the event).

    *baseline*: what that moment was judged by; None: nobody knows it any more. The mentions arrive
    in the order of ``first_seen``; of that order the shortest beginning is sought, by halves, that
    reaches the threshold, or what all of them reach if that is less. None if nothing was there to
    tip.
    """
    if baseline is None:
        return None
    arrivals = sorted(
        (u for u in observations if opened_at - 2 * VOICE_WINDOW <= u.at <= opened_at),
        key=lambda u: (u.first_seen, u.id),
    )
    limit = threshold(baseline.history_days, context.units, context.budget)
    rule, zone = Rule(watch=watch.slug, threshold=limit), ZoneInfo(watch.zone)
    interval = (opened_at - VOICE_WINDOW, opened_at - ONE_MICROSECOND)

    def peak_score(size: int) -> float:
        """The highest score of any unit with the first so many mentions."""
        counts = count_voices(arrivals[:size], baseline.units, interval, zone)
        bucket_count = len(counts.is_covered)
        return float(
            effective_scores(
                score(baseline, score_windows(baseline, counts, bucket_count - 1, bucket_count)),
                rule,
            ).max()
        )

    target = min(limit, peak_score(len(arrivals)))
    if target <= 0:
        return None
    return arrivals[bisect_left(range(len(arrivals)), target, key=lambda n: peak_score(n + 1))].id
