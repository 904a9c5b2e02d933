"""How a day is told: the sentence that says the finding, and the lines under it. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from alerts.messages.completeness import SEVERAL
from alerts.messages.day_summary import (
    FEWEST,
    DayCounts,
    Finding,
    Safety,
    Story,
    TopicDay,
    Usual,
    surprise,
)
from core.coverage import Outage
from core.incident import Incident
from templates.i18n import Phrase, phrase

NEARLY_ALL: Final = 0.7  # of the rise over usual: then one story explains the day
BRIGHT: Final = 0.5  # share of positive voices that makes a bright spot
DOUBLE: Final = (1.75, 2.25)  # times usual that people call double
LIKE_USUAL: Final = (0.85, 1.15)  # times usual that nobody would call a change
RISE: Final = 2.0  # standard deviations: a smaller rise of the whole day needs no explanation
_HARDLY: Final = 0.5  # voices: of fewer no multiple is told


def headline(watch: str, counts: DayCounts, finding: Finding) -> Phrase:
    """One sentence that says the finding."""
    match finding:
        case Finding(story=Story.INCIDENT, incident=Incident() as incident):
            return _of_incident(finding.topic, watch, counts, incident)
        case Finding(story=Story.SOUR | Story.PRAISE | Story.BUSY, topic=TopicDay() as topic):
            key = f"headline.{finding.story}"
            if finding.usual < _HARDLY:
                return phrase(f"{key}_new", topic=topic.name, count=finding.count)
            known = {"count": finding.count, "usual": finding.usual}
            return phrase(key, topic=topic.name, times=finding.count / finding.usual, **known)
        case Finding(story=Story.QUIET):
            key = "headline.quiet" if counts.mentions else "headline.nothing"
            return phrase(key, watch=watch, count=counts.mentions)
        case Finding(story=Story.DROP) if counts.usual:
            usual = counts.usual.mentions
            return phrase("headline.drop", watch=watch, count=counts.mentions, usual=usual)
    share = counts.negative_share
    return phrase("headline.ordinary", watch=watch, count=counts.mentions, share=share)


def lede(counts: DayCounts, topics: Sequence[TopicDay], finding: Finding) -> Iterator[Phrase]:
    """How much was said, what explains it, and what was good."""
    yield _volume(counts)
    if _explains(counts, finding):
        assert finding.topic
        yield phrase("lede.one_story", topic=finding.topic.name)
    if finding.story is Story.SOUR:
        yield phrase("lede.no_incident")
    bright = [topic for topic in topics if topic != finding.topic and _is_bright(topic.counts)]
    if bright:
        best = max(bright, key=lambda topic: (topic.counts.positive, topic.id))
        yield phrase("lede.bright", topic=best.name, share=_positive_share(best.counts))


def answer(verdict: Safety, finding: Finding, silences: Sequence[Outage] = ()) -> Phrase:
    """The answer to: is it safe to say nothing; where nobody can tell, what is silent is named."""
    if verdict is Safety.EYE and finding.topic:
        return phrase("safety.eye_on", topic=finding.topic.name)
    if verdict is Safety.UNKNOWN and silences:
        return phrase("safety.unknown_silent", parts=_parts(silences))
    if verdict is Safety.UNKNOWN and finding.story is Story.DROP:
        return phrase("safety.unknown_drop")
    return phrase(f"safety.{verdict}")


def _parts(silences: Sequence[Outage]) -> tuple[Phrase, ...]:
    """Each silent part once; of sources each by its name, as long as they are few."""
    sources = [s.name for s in silences if s.what == "source"]
    others = dict.fromkeys(s.what for s in silences if s.what != "source")
    named = tuple(phrase("part.source", name=name) for name in sources)
    many = (phrase("part.sources", count=len(sources)),)
    return (
        *(named if len(sources) <= SEVERAL else many),
        *(phrase(f"part.{what}") for what in others),
    )


def _of_incident(
    topic: TopicDay | None, watch: str, counts: DayCounts, incident: Incident
) -> Phrase:
    """The share of the whole day where the incident moved it, else the incident's own numbers.

    A topic is a cause; where no topic carries it, the watch is only what it happened to.
    """
    kind, cause = ("", topic.name) if topic else ("_whole", watch)
    usual = counts.usual.negative_share if counts.usual else 0.0
    times = counts.negative_share / usual if usual else 0.0
    share = counts.negative_share
    if DOUBLE[0] <= times <= DOUBLE[1]:
        return phrase(f"headline.double{kind}", cause=cause, share=share)
    if times > LIKE_USUAL[1]:
        return phrase(f"headline.share{kind}", cause=cause, share=share, usual=usual)
    return phrase(f"headline.incident{kind}", cause=cause, count=incident.observed)


def _volume(counts: DayCounts) -> Phrase:
    known = {"count": counts.mentions, "voices": phrase("count.voices", count=counts.voices)}
    if not counts.usual or counts.usual.mentions < 1:
        return phrase("lede.volume", **known)
    times = counts.mentions / counts.usual.mentions
    if LIKE_USUAL[0] <= times <= LIKE_USUAL[1]:
        return phrase("lede.volume_usual", **known)
    return phrase("lede.volume_times", times=times, **known)


def _explains(counts: DayCounts, finding: Finding) -> bool:
    """Whether the finding's topic makes nearly all of a rise that is one."""
    if not (counts.usual and finding.topic and finding.topic.counts.usual):
        return False
    usual: Usual = finding.topic.counts.usual
    rise = counts.voices - counts.usual.voices
    own = finding.topic.counts.voices - usual.voices
    return surprise(counts.voices, counts.usual.voices) >= RISE and own >= NEARLY_ALL * rise


def _is_bright(counts: DayCounts) -> bool:
    return counts.positive >= FEWEST and _positive_share(counts) >= BRIGHT


def _positive_share(counts: DayCounts) -> float:
    return counts.positive / max(1, counts.negative + counts.neutral + counts.positive)
