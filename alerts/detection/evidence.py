"""Which mentions stand behind an event: all that carry it, and the one that tipped it. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.detection.baseline import Baseline, view
from alerts.detection.counts import VOICE_MEMORY, count
from alerts.detection.crisis import Rule, reached, score, threshold
from alerts.detection.detector import Setting
from core.observation import Observation
from core.watch import Watch

MOMENT: Final = timedelta(microseconds=1)  # what opened at the end of a bucket opened within it


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The negative mentions of an incident and who stands behind them."""

    mentions: tuple[str, ...]  # ids, oldest first
    voices: int
    families: int


def evidence(
    utterances: Sequence[Observation], topic: str | None, onset: datetime, until: datetime
) -> Evidence:
    """The negative mentions of the watch, or of its *topic*, from *onset* to *until* inclusive."""
    meant = [u for u in utterances if u.negative and topic in (None, *u.topics)]
    found = sorted((u for u in meant if onset <= u.at <= until), key=lambda u: (u.at, u.id))
    return Evidence(
        mentions=tuple(u.id for u in found),
        voices=len({u.author_key for u in found}),
        families=len({u.family or u.id for u in found}),
    )


def tipped_by(
    watch: Watch,
    utterances: Sequence[Observation],
    baseline: Baseline | None,
    opened: datetime,
    setting: Setting,
) -> str | None:
    """The id of the mention whose arrival made the score cross at *opened* (of the event).

    *baseline*: what that moment was judged by; None: nobody knows it any more. The mentions arrive
    in the order of ``first_seen``; of that order the shortest beginning is sought, by halves, that
    reaches the threshold, or what all of them reach if that is less. None if nothing was there to
    tip.
    """
    if baseline is None:
        return None
    arrived = sorted(
        (u for u in utterances if opened - 2 * VOICE_MEMORY <= u.at <= opened),
        key=lambda u: (u.first_seen, u.id),
    )
    enough = threshold(baseline.days, setting.units, setting.budget)
    rule, zone = Rule(watch=watch.slug, threshold=enough), ZoneInfo(watch.zone)
    span = (opened - VOICE_MEMORY, opened - MOMENT)

    def height(first: int) -> float:
        """The highest score of any unit with the first so many mentions."""
        counts = count(arrived[:first], baseline.units, span, zone)
        last = len(counts.heard)
        return float(reached(score(baseline, view(baseline, counts, last - 1, last)), rule).max())

    needed = min(enough, height(len(arrived)))
    if needed <= 0:
        return None
    return arrived[bisect_left(range(len(arrived)), needed, key=lambda n: height(n + 1))].id
