"""Sentences of a digest: the headline, the lines below it and the need for a response. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from alerts.messages.completeness import MAX_SOURCE_SENTENCES, channel_name
from alerts.messages.day_summary import (
    MIN_VOICES,
    DayCounts,
    DayHighlight,
    HighlightKind,
    Safety,
    TopicDay,
    UsualCounts,
)
from alerts.poisson import poisson_z
from core.coverage import Outage
from core.incident import Incident
from templates.i18n import Message, msg

MIN_STORY_SHARE: Final = 0.7  # of the rise of the day: a topic with more explains the rise
MIN_BRIGHT_SHARE: Final = 0.5  # of positive voices: a topic with more is well received
DOUBLE_RANGE: Final = (1.75, 2.25)  # times usual: called double
USUAL_RANGE: Final = (0.85, 1.15)  # times usual: called normal
MIN_RISE_Z: Final = 2.0  # standard deviations: a smaller rise of the whole day needs no explanation
_MIN_USUAL: Final = 0.5  # voices: a multiple of fewer is meaningless


def headline(watch: str, counts: DayCounts, highlight: DayHighlight) -> Message:
    """Return one sentence with the main change of the day."""
    match highlight:
        case DayHighlight(kind=HighlightKind.INCIDENT, incident=Incident() as incident):
            return _incident_headline(highlight.topic, watch, counts, incident)
        case DayHighlight(
            kind=HighlightKind.SOUR | HighlightKind.PRAISE | HighlightKind.BUSY,
            topic=TopicDay() as topic,
        ):
            key = f"headline.{highlight.kind}"
            if highlight.usual < _MIN_USUAL:
                return msg(f"{key}_new", topic=topic.name, count=highlight.count)
            return msg(
                key,
                topic=topic.name,
                times=highlight.count / highlight.usual,
                count=highlight.count,
                usual=highlight.usual,
            )
        case DayHighlight(kind=HighlightKind.QUIET):
            nobody = "headline.no_customers" if counts.other_voices else "headline.nothing"
            key = "headline.quiet" if counts.mentions else nobody
            return msg(key, watch=watch, count=counts.mentions)
        case DayHighlight(kind=HighlightKind.DROP) if counts.usual:
            usual = counts.usual.mentions
            return msg("headline.drop", watch=watch, count=counts.mentions, usual=usual)
    share = counts.negative_share
    return msg("headline.ordinary", watch=watch, count=counts.mentions, share=share)


def lede(
    counts: DayCounts, topics: Sequence[TopicDay], highlight: DayHighlight
) -> Iterator[Message]:
    """Yield the volume of the day, its explanation and the best-received topic."""
    yield _volume_message(counts)
    if _is_one_story(counts, highlight):
        assert highlight.topic
        yield msg("lede.one_story", topic=highlight.topic.name)
    if highlight.kind is HighlightKind.SOUR:
        yield msg("lede.no_incident")
    bright = [topic for topic in topics if topic != highlight.topic and _is_bright(topic.counts)]
    if bright:
        best = max(bright, key=lambda topic: (topic.counts.positive, topic.id))
        yield msg("lede.bright", topic=best.name, share=_positive_share(best.counts))


def safety_answer(
    level: Safety, highlight: DayHighlight, outages: Sequence[Outage] = ()
) -> Message:
    """Return the sentence on the need for a response; without a verdict it names the outages."""
    if level is Safety.WATCH and highlight.topic:
        return msg("safety.eye_on", topic=highlight.topic.name)
    if level is Safety.UNKNOWN and outages:
        return msg("safety.unknown_silent", parts=_outage_parts(outages))
    if level is Safety.UNKNOWN and highlight.kind is HighlightKind.DROP:
        return msg("safety.unknown_drop")
    return msg(f"safety.{level}")


def _outage_parts(outages: Sequence[Outage]) -> tuple[Message, ...]:
    """Return each failed part once; more than ``MAX_SOURCE_SENTENCES`` sources as a number."""
    sources = [o.name for o in outages if o.what == "source"]
    channels = [channel_name(o) for o in outages if o.what == "channel"]
    others = dict.fromkeys(o.what for o in outages if o.what not in ("source", "channel"))
    source_parts = tuple(msg("part.source", name=name) for name in sources)
    source_count = (msg("part.sources", count=len(sources)),)
    return (
        *(source_parts if len(sources) <= MAX_SOURCE_SENTENCES else source_count),
        *(msg("part.channel", name=name) for name in channels),
        *(msg(f"part.{what}") for what in others),
    )


def _incident_headline(
    topic: TopicDay | None, watch: str, counts: DayCounts, incident: Incident
) -> Message:
    """Return the negative share of the whole day if it rose, else the numbers of the incident.

    The topic of the incident is the cause; without one the watch is named as its place.
    """
    suffix, cause = ("", topic.name) if topic else ("_whole", watch)
    usual = counts.usual.negative_share if counts.usual else 0.0
    times = counts.negative_share / usual if usual else 0.0
    share = counts.negative_share
    if DOUBLE_RANGE[0] <= times <= DOUBLE_RANGE[1]:
        return msg(f"headline.double{suffix}", cause=cause, share=share)
    if times > USUAL_RANGE[1]:
        return msg(f"headline.share{suffix}", cause=cause, share=share, usual=usual)
    return msg(f"headline.incident{suffix}", cause=cause, count=incident.observed)


def _volume_message(counts: DayCounts) -> Message:
    numbers = {"count": counts.mentions, "voices": msg("count.voices", count=counts.voices)}
    if not counts.usual or counts.usual.mentions < 1:
        return msg("lede.volume", **numbers)
    times = counts.mentions / counts.usual.mentions
    if USUAL_RANGE[0] <= times <= USUAL_RANGE[1]:
        return msg("lede.volume_usual", **numbers)
    return msg("lede.volume_times", times=times, **numbers)


def _is_one_story(counts: DayCounts, highlight: DayHighlight) -> bool:
    """Return True if the day rose and the topic of *highlight* makes up nearly all of the rise."""
    if not (counts.usual and highlight.topic and highlight.topic.counts.usual):
        return False
    usual: UsualCounts = highlight.topic.counts.usual
    rise = counts.voices - counts.usual.voices
    topic_rise = highlight.topic.counts.voices - usual.voices
    return (
        poisson_z(counts.voices, counts.usual.voices) >= MIN_RISE_Z
        and topic_rise >= MIN_STORY_SHARE * rise
    )


def _is_bright(counts: DayCounts) -> bool:
    return counts.positive >= MIN_VOICES and _positive_share(counts) >= MIN_BRIGHT_SHARE


def _positive_share(counts: DayCounts) -> float:
    return counts.positive / max(1, counts.negative + counts.neutral + counts.positive)
