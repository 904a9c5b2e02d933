"""Evidence of an event: its negative mentions, and the one that crossed the threshold. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from alerts.detection.baseline import Baseline, score_windows
from alerts.detection.counts import VOICE_WINDOW, count_voices
from alerts.detection.crisis import Rule, effective_scores, score, threshold
from alerts.detection.detector import DetectionContext
from core.incident import IncidentKind
from core.observation import Observation, customers, news
from core.watch import Watch

# An incident that opened at the end of a bucket belongs to that bucket.
ONE_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The mentions of an incident, with their numbers of voices and families."""

    mentions: tuple[str, ...]  # ids, oldest first
    voices: int
    families: int


def collect_evidence(
    observations: Sequence[Observation],
    topic: str | None,
    onset: datetime,
    until: datetime,
    kind: IncidentKind = IncidentKind.CRISIS,
) -> Evidence:
    """Return the negative mentions by customers of [*onset*, *until*], of the watch or its *topic*.

    Of a news wave return the news posts; copies of a text without an author count each.
    """
    matches = [o for o in observations if onset <= o.at <= until and topic in (None, *o.topics)]
    if kind is IncidentKind.NEWS:
        return _evidence(news(matches), author_key=lambda o: o.voice or o.id)
    negatives = [o for o in customers(matches) if o.negative]
    return _evidence(negatives, author_key=attrgetter("author_key"))


def _evidence(
    mentions: Sequence[Observation], author_key: Callable[[Observation], str]
) -> Evidence:
    """Return *mentions* as evidence; those with the same *author_key* are of one voice."""
    return Evidence(
        mentions=tuple(o.id for o in sorted(mentions, key=attrgetter("at", "id"))),
        voices=len(set(map(author_key, mentions))),
        families=len({o.family or o.id for o in mentions}),
    )


def tipping_mention(
    watch: Watch,
    observations: Sequence[Observation],
    baseline: Baseline | None,
    opened_at: datetime,
    context: DetectionContext,
) -> str | None:
    """Return the id of the mention whose arrival crossed the threshold at *opened_at*.

    *baseline*: the one of that evaluation; None if it is lost, then the result is None. Mentions
    arrive in the order of ``first_seen``. A bisection finds the shortest prefix of that order that
    reaches the threshold, or the score of all mentions if that is lower. None if that score is 0.
    """
    if baseline is None:
        return None
    arrivals = sorted(
        (o for o in customers(observations) if opened_at - 2 * VOICE_WINDOW <= o.at <= opened_at),
        key=lambda o: (o.first_seen, o.id),
    )
    limit = threshold(baseline.history_days, context.units, context.budget)
    rule, zone = Rule(watch=watch.slug, threshold=limit), ZoneInfo(watch.zone)
    interval = (opened_at - VOICE_WINDOW, opened_at - ONE_MICROSECOND)

    def peak_score(size: int) -> float:
        """Return the highest score of any unit with the first *size* mentions."""
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
