"""What the day brought: its biggest change against usual, and whether silence is safe. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from alerts.messages.completeness import Completeness
from core.incident import Incident, Kind, Phase

SURPRISE: Final = 3.0  # standard deviations: under it a topic's day is as usual
FEWEST: Final = 5  # voices: fewer make no story, whatever is usual
DROP: Final = 0.25  # of the usual voices: fewer may mean that Harken is deaf
QUIET: Final = 3  # mentions of a whole day: fewer are told in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
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
    usual: Usual | None = None  # None: not enough history

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


class Story(StrEnum):
    """What kind of day it was; the keys of the headlines."""

    INCIDENT = "incident"
    SOUR = "sour"
    PRAISE = "praise"
    BUSY = "busy"
    ORDINARY = "ordinary"
    DROP = "drop"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The story that leads the digest."""

    story: Story
    topic: TopicDay | None = None
    incident: Incident | None = None
    count: int = 0  # voices it speaks of
    usual: float = 0.0  # voices usual
    surprise: float = 0.0  # standard deviations above usual


def find(counts: DayCounts, topics: Sequence[TopicDay], incidents: Sequence[Incident]) -> Finding:
    """The finding of a day: a crisis of that day, else its biggest change, else how it was.

    Of one topic, more negative voices go before more positive ones, and both before mere volume.
    """
    crises = [incident for incident in incidents if incident.kind is Kind.CRISIS]
    if crises:
        worst = min(crises, key=lambda c: (c.severity, c.onset))
        topic = next((t for t in topics if t.id == worst.topic), None)
        return Finding(story=Story.INCIDENT, incident=worst, topic=topic, count=worst.observed)
    changes = [change for topic in topics if (change := next(_changes(topic), None))]
    if changes:
        return max(changes, key=lambda change: change.surprise)
    if _has_dropped(counts):
        return Finding(story=Story.DROP)
    return Finding(story=Story.QUIET if counts.mentions < QUIET else Story.ORDINARY)


def surprise(count: int, usual: float) -> float:
    """Standard deviations of *count* above a Poisson mean of *usual* (Anscombe 1948)."""
    return 2 * (sqrt(count + 0.375) - sqrt(usual + 0.375))


class Safety(StrEnum):
    """Is it safe to say nothing? The keys of the answers."""

    ALARM = "alarm"  # no: a crisis is open
    UNKNOWN = "unknown"  # nobody can tell: Harken did not hear enough
    EYE = "eye"  # yes, with an eye on one story
    CALM = "calm"  # yes


def safety(finding: Finding, incidents: Sequence[Incident], known: Completeness) -> Safety:
    """Silence is never taken for calm: that needs every part of Harken, half the sources, a usual.

    *incidents* are those of the day and those that have opened since.
    """
    if any(i.kind is Kind.CRISIS and i.state is not Phase.RESOLVED for i in incidents):
        return Safety.ALARM
    if finding.story is Story.DROP or not _has_heard_enough(known):
        return Safety.UNKNOWN
    if finding.story in (Story.INCIDENT, Story.SOUR):
        return Safety.EYE
    return Safety.CALM


def _has_heard_enough(known: Completeness) -> bool:
    coverage = known.coverage
    half = coverage.heard > 0 and coverage.heard * 2 >= coverage.sources
    return half and known.learnt and not known.silences


def _has_dropped(counts: DayCounts) -> bool:
    if counts.usual is None or counts.voices >= DROP * counts.usual.voices:
        return False
    return surprise(counts.voices, counts.usual.voices) <= -SURPRISE


def _changes(topic: TopicDay) -> Iterator[Finding]:
    counts, usual = topic.counts, topic.counts.usual
    if usual is None:
        return
    for story, count, mean in (
        (Story.SOUR, counts.negative, usual.negative),
        (Story.PRAISE, counts.positive, usual.positive),
        (Story.BUSY, counts.voices, usual.voices),
    ):
        size = surprise(count, mean)
        if size >= SURPRISE and count >= FEWEST:
            yield Finding(story=story, topic=topic, count=count, usual=mean, surprise=size)


def _share(negative: float, neutral: float, positive: float) -> float:
    scored = negative + neutral + positive
    return negative / scored if scored else 0.0
