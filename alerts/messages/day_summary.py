"""What the day brought: its biggest change against usual, and whether silence is safe. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from alerts.messages.completeness import Completeness
from core.incident import Incident, IncidentKind, IncidentState

MIN_Z: Final = 3.0  # standard deviations: under it a topic's day is as usual
MIN_VOICES: Final = 5  # voices: fewer make no story, whatever is usual
DROP_SHARE: Final = 0.25  # of the usual voices: fewer may mean that Harken is deaf
QUIET_MENTIONS: Final = 3  # mentions of a whole day: fewer are told in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCounts:
    """Means over like days before; the same units as :class:`DayCounts`."""

    mentions: float
    voices: float
    negative: float
    neutral: float
    positive: float

    @property
    def negative_share(self) -> float:
        """Of the scored voices, 0 to 1; 0 where there are none."""
        return _share(self.negative, self.neutral, self.positive)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCounts:
    """What a watch, or one topic of it, was heard to say in one day.

    Sentiments count voices: each distinct voice once in each sentiment it showed, so that three
    accounts with sixty posts are three.
    """

    mentions: int
    voices: int
    negative: int
    neutral: int
    positive: int
    unscored: int
    usual: UsualCounts | None = None  # None: not enough history

    @property
    def negative_share(self) -> float:
        """Of the scored voices, 0 to 1; 0 where there are none."""
        return _share(self.negative, self.neutral, self.positive)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDay:
    """One topic's day, or another watch's."""

    id: str  # topic id, or watch slug
    name: str
    counts: DayCounts


class HighlightKind(StrEnum):
    """What kind of day it was; the keys of the headlines."""

    INCIDENT = "incident"
    SOUR = "sour"
    PRAISE = "praise"
    BUSY = "busy"
    ORDINARY = "ordinary"
    DROP = "drop"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHighlight:
    """The story that leads the digest."""

    kind: HighlightKind
    topic: TopicDay | None = None
    incident: Incident | None = None
    count: int = 0  # voices it speaks of
    usual: float = 0.0  # voices usual
    z: float = 0.0  # standard deviations above usual


def pick_highlight(
    counts: DayCounts, topics: Sequence[TopicDay], incidents: Sequence[Incident]
) -> DayHighlight:
    """The finding of a day: a crisis of that day, else its biggest change, else how it was.

    Of one topic, more negative voices go before more positive ones, and both before mere volume.
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


def poisson_z(count: int, usual: float) -> float:
    """Standard deviations of *count* above a Poisson mean of *usual* (Anscombe 1948)."""
    return 2 * (sqrt(count + 0.375) - sqrt(usual + 0.375))


class Safety(StrEnum):
    """Is it safe to say nothing? The keys of the answers."""

    ALARM = "alarm"  # no: a crisis is open
    UNKNOWN = "unknown"  # nobody can tell: Harken did not hear enough
    WATCH = "eye"  # yes, with an eye on one story
    CALM = "calm"  # yes


def safety(
    highlight: DayHighlight, incidents: Sequence[Incident], completeness: Completeness
) -> Safety:
    """Silence is never taken for calm: that needs every part of Harken, half the sources, a usual.

    *incidents* are those of the day and those that have opened since.
    """
    if any(
        i.kind is IncidentKind.CRISIS and i.state is not IncidentState.RESOLVED for i in incidents
    ):
        return Safety.ALARM
    if highlight.kind is HighlightKind.DROP or not _is_coverage_sufficient(completeness):
        return Safety.UNKNOWN
    if highlight.kind in (HighlightKind.INCIDENT, HighlightKind.SOUR):
        return Safety.WATCH
    return Safety.CALM


def _is_coverage_sufficient(completeness: Completeness) -> bool:
    coverage = completeness.coverage
    has_half = coverage.heard > 0 and coverage.heard * 2 >= coverage.sources
    return has_half and completeness.has_baseline and not completeness.outages


def _has_dropped(counts: DayCounts) -> bool:
    if counts.usual is None or counts.voices >= DROP_SHARE * counts.usual.voices:
        return False
    return poisson_z(counts.voices, counts.usual.voices) <= -MIN_Z


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
