"""One local day of one watch as a letter: what changed, is it serious, what was not heard. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from alerts.channel import Envelope, Letter
from alerts.messages.brief import headline as incident_headline
from alerts.messages.completeness import Completeness, told
from alerts.messages.day_summary import (
    QUIET,
    SURPRISE,
    DayCounts,
    Finding,
    TopicDay,
    find,
    safety,
    surprise,
)
from alerts.messages.digest_days import Window, digest_key
from alerts.messages.figures import day_figures, fullest
from alerts.messages.headline import answer, headline, lede
from alerts.messages.quotes import quote, representative
from core.incident import Incident
from core.mention import Mention, Sentiment
from core.watch import Watch
from templates.charts.geometry import Bar, Span, plot
from templates.charts.png import pictures
from templates.contexts import mail
from templates.contexts.base import mix
from templates.i18n import Say, phrase
from templates.links import Links, quoted
from templates.mail_parts import body

QUOTED: Final = 2  # mentions that tell the story of the day
MOST: Final = 8  # lines of a table: the rest is a click away


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the record knows of one day of one watch."""

    watch: Watch
    subscription: str  # its slug
    at: time  # when its reader gets it, on the reader's clock
    window: Window
    counts: DayCounts
    topics: tuple[TopicDay, ...]
    rivals: tuple[TopicDay, ...]  # the other watches
    bars: tuple[Bar, ...]  # the 48 h that end with the window, an hour each, oldest first
    incidents: tuple[Incident, ...]  # those that lasted within the window
    later: tuple[Incident, ...] = ()  # those that have opened since then and are not over
    mentions: tuple[Mention, ...]  # candidates to be quoted
    copies: Mapping[str, int]  # further mentions by family (by id where there is no family)
    completeness: Completeness


def compose_digest(day: Day, envelope: Envelope, now: datetime) -> Letter:
    """The letter on *day*; there is one on a quiet day too, so that silence means breakage."""
    context = digest_context(day, envelope)
    key = digest_key(day.subscription, day.window.day)
    html, text = body("digest", context)
    return Letter(
        kind="digest",
        recipient=envelope.recipient,
        sender=envelope.sender,
        subject=_subject(context),
        message_id=f"<digest.{key.replace(':', '.')}@{envelope.host}>",
        date=now.replace(microsecond=0),
        text=text,
        html=html,
        images={} if context.quiet else pictures(context, context.chart),
        key=key,
    )


def digest_context(day: Day, envelope: Envelope) -> mail.Digest:
    """All that the letter shows, as values and phrases."""
    links, known = Links(envelope.base_url), day.completeness
    finding = find(day.counts, day.topics, day.incidents)
    incidents = (*day.later, *day.incidents)
    verdict = safety(finding, incidents, known)
    told_safety = answer(verdict, finding, known.silences)
    return mail.Digest(
        zone=envelope.zone,
        locale=envelope.locale,
        watch=day.watch.name,
        day=day.window.start,
        quiet=day.counts.mentions < QUIET and not incidents,
        preheader=phrase(
            "digest.preheader",
            safety=told_safety,
            mentions=phrase("count.mentions", count=day.counts.mentions),
        ),
        headline=headline(day.watch.name, day.counts, finding),
        lede=tuple(lede(day.counts, day.topics, finding)),
        safety=told_safety,
        safety_tone=str(verdict),
        figures=day_figures(day.counts, incidents),
        chart=_chart(day, envelope.zone),
        incidents=tuple(_card(incident, day, links) for incident in incidents),
        topics=tuple(_line(topic, "topic", day, links) for topic in _by_size(day.topics)),
        rivals=tuple(_line(rival, "watch", day, links) for rival in _by_size(day.rivals)),
        quotes=tuple(
            quote(mention, day.copies, links, day.watch.slug)
            for mention in _worth_reading(day, finding)
        ),
        search_url=links.search(_query(day), start=day.window.start, end=day.window.end),
        coverage=told(known),
        because=phrase(
            "digest.because", watch=day.watch.name, at=f"{day.at:%H:%M}", zone=envelope.zone
        ),
    )


def _subject(context: mail.Digest) -> str:
    say = Say(zone=context.zone, locale=context.locale)
    subject = say("digest.subject", watch=context.watch, day=context.day, headline=context.headline)
    return " ".join(subject.split())


def _chart(day: Day, zone: str) -> mail.Chart:
    spans = [Span(label=i.name, start=i.onset, end=i.resolved) for i in day.incidents]
    return mail.Chart(
        plot=plot(day.bars, zone=zone, spans=spans),
        cid=f"chart@{digest_key(day.subscription, day.window.day).replace(':', '.')}",
        alt=fullest(day.bars),
        title=phrase("chart.hours", topic=day.watch.name),
    )


def _card(incident: Incident, day: Day, links: Links) -> mail.IncidentCard:
    names = {topic.id: topic.name for topic in day.topics}
    watch, onset, end = day.watch.name, incident.onset, incident.resolved
    return mail.IncidentCard(
        name=incident.name,
        title=phrase("incident.topic", watch=watch, topic=names.get(incident.topic, incident.topic))
        if incident.topic
        else phrase("incident.watch", watch=watch),
        sentences=(
            incident_headline(incident),
            phrase("incident.open", onset=onset)
            if end is None
            else phrase("incident.over", onset=onset, end=end),
            phrase(
                "incident.voices",
                count=incident.voices,
                texts=phrase("count.texts", count=incident.families),
            ),
        ),
        url=links.incident(incident.id),
    )


def _worth_reading(day: Day, finding: Finding) -> list[Mention]:
    """Two that tell the day's story, and one of praise: a team deserves to read both."""
    watch = day.watch.slug
    praise = [m for m in day.mentions if m.sentiment_for(watch) is Sentiment.POSITIVE]
    others = [m for m in day.mentions if m.sentiment_for(watch) is not Sentiment.POSITIVE]
    story = _of_story(others, finding, watch)
    return [
        *representative(story, day.copies, watch=watch, most=QUOTED),
        *representative(praise, day.copies, watch=watch, most=1),
    ]


def _of_story(others: list[Mention], finding: Finding, watch: str) -> list[Mention]:
    """The complaints on the finding's topic, else what was said of it, else everything."""
    topic = finding.topic.id if finding.topic else None
    of_topic = [m for m in others if m.verdict and topic in (None, *m.verdict.topics)]
    negative = [m for m in of_topic if m.sentiment_for(watch) is Sentiment.NEGATIVE]
    return next((found for found in (negative, of_topic) if len(found) >= QUOTED), others)


def _by_size(days: tuple[TopicDay, ...]) -> list[TopicDay]:
    heard = [day for day in days if day.counts.mentions]
    return sorted(heard, key=lambda day: (-day.counts.mentions, day.id))[:MOST]


def _line(topic: TopicDay, field: str, day: Day, links: Links) -> mail.TopicLine:
    counts, usual = topic.counts, topic.counts.usual
    query = f"{field}:{quoted(topic.id)}"
    query = query if field == "watch" else f"{_query(day)} {query}"
    return mail.TopicLine(
        name=topic.name,
        url=links.search(query, start=day.window.start, end=day.window.end),
        mentions=counts.mentions,
        mix=mix(counts.negative, counts.neutral, counts.positive, counts.unscored),
        change=counts.mentions / usual.mentions - 1 if usual and usual.mentions else None,
        alarming=usual is not None and surprise(counts.negative, usual.negative) >= SURPRISE,
    )


def _query(day: Day) -> str:
    return f"watch:{quoted(day.watch.slug)}"
