"""Summary of a day: its biggest change against normal, and the need for a response. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alerts.messages.completeness import Completeness
from alerts.poisson import poisson_z
from core.incident import Incident, IncidentKind

MIN_Z: Final = 3.0  # standard deviations: below it a topic's day is normal
MIN_VOICES: Final = 5  # voices: a change of fewer is no highlight
DROP_SHARE: Final = 0.25  # of the usual voices: fewer may mean that the crawlers fail
QUIET_MENTIONS: Final = 3  # mentions of a whole day: a day with fewer gets a one-line digest


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCounts:
    """Means over earlier days of the same kind, in the units of :class:`DayCounts`."""

    mentions: float
    voices: float
    negative: float
    neutral: float
    positive: float
    other_voices: float = 0.0

    @property
    def negative_share(self) -> float:
        """Of the scored voices, 0 to 1; 0 where there are none."""
        return _share(self.negative, self.neutral, self.positive)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCounts:
    """Counts of one day of a watch or of one of its topics, of customers alone.

    Sentiments count voices: each distinct voice once in each of its sentiments. Three accounts with
    sixty posts count as three.
    """

    mentions: int
    voices: int
    negative: int
    neutral: int
    positive: int
    unscored: int
    other_voices: int = 0  # of other roles: news and programs prove that the sources work
    usual: UsualCounts | None = None  # None: not enough history

    @property
    def negative_share(self) -> float:
        """Of the scored voices, 0 to 1; 0 where there are none."""
        return _share(self.negative, self.neutral, self.positive)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDay:
    """One day of a topic, or of another watch."""

    id: str  # topic id, or watch slug
    name: str
    counts: DayCounts


class HighlightKind(StrEnum):
    """Kinds of days; the keys of the headlines."""

    INCIDENT = "incident"
    SOUR = "sour"
    PRAISE = "praise"
    BUSY = "busy"
    ORDINARY = "ordinary"
    DROP = "drop"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHighlight:
    """The main change of a day, which leads the digest."""

    kind: HighlightKind
    topic: TopicDay | None = None
    incident: Incident | None = None
    count: int = 0  # voices behind the change
    usual: float = 0.0  # the usual number of these voices
    z: float = 0.0  # standard deviations above usual


def pick_highlight(
    counts: DayCounts, topics: Sequence[TopicDay], incidents: Sequence[Incident]
) -> DayHighlight:
    """Return the worst crisis of the day, else its biggest change, else the kind of day it was.

    Within one topic, more negative voices precede more positive ones, and both precede volume.
    """
    crises = [incident for incident in incidents if incident.kind is IncidentKind.CRISIS]
    if crises:
        worst = min(crises, key=lambda c: (c.severity, c.onset))
        topic = next((t for t in topics if t.id == worst.topic), None)
        return DayHighlight(
            kind=HighlightKind.INCIDENT, incident=worst, topic=topic, count=worst.observed
        )
    changes = [change for topic in topics if (change := next(_changes(topic), None))]
    if changes:
        return max(changes, key=lambda change: change.z)
    if _has_dropped(counts):
        return DayHighlight(kind=HighlightKind.DROP)
    return DayHighlight(
        kind=HighlightKind.QUIET if counts.mentions < QUIET_MENTIONS else HighlightKind.ORDINARY
    )


class Safety(StrEnum):
    """Need for a response; the keys of the sentences."""

    ALARM = "alarm"  # a crisis is open
    UNKNOWN = "unknown"  # no verdict: coverage is insufficient
    WATCH = "eye"  # no response needed, but one change to watch
    CALM = "calm"  # no response needed


def safety(
    highlight: DayHighlight, incidents: Sequence[Incident], completeness: Completeness
) -> Safety:
    """Return the need for a response on a day with *highlight*.

    A verdict requires a baseline, half the sources and no outage. *incidents*: those of the day,
    those that opened since, and the news waves of the day.
    """
    if any(i.is_unresolved_crisis for i in incidents):
        return Safety.ALARM
    if highlight.kind is HighlightKind.DROP or not _is_coverage_sufficient(completeness):
        return Safety.UNKNOWN
    has_news_wave = any(i.kind is IncidentKind.NEWS for i in incidents)
    if has_news_wave or highlight.kind in (HighlightKind.INCIDENT, HighlightKind.SOUR):
        return Safety.WATCH
    return Safety.CALM


def _is_coverage_sufficient(completeness: Completeness) -> bool:
    coverage = completeness.coverage
    has_half = coverage.heard > 0 and coverage.heard * 2 >= coverage.sources
    return has_half and completeness.has_baseline and not completeness.outages


def _has_dropped(counts: DayCounts) -> bool:
    if counts.usual is None:
        return False
    voices = counts.voices + counts.other_voices
    usual = counts.usual.voices + counts.usual.other_voices
    return voices < DROP_SHARE * usual and poisson_z(voices, usual) <= -MIN_Z


def _changes(topic: TopicDay) -> Iterator[DayHighlight]:
    counts, usual = topic.counts, topic.counts.usual
    if usual is None:
        return
    for kind, count, mean in (
        (HighlightKind.SOUR, counts.negative, usual.negative),
        (HighlightKind.PRAISE, counts.positive, usual.positive),
        (HighlightKind.BUSY, counts.voices, usual.voices),
    ):
        z = poisson_z(count, mean)
        if z >= MIN_Z and count >= MIN_VOICES:
            yield DayHighlight(kind=kind, topic=topic, count=count, usual=mean, z=z)


def _share(negative: float, neutral: float, positive: float) -> float:
    total = negative + neutral + positive
    return negative / total if total else 0.0
