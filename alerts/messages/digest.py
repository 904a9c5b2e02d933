"""The digest: one local day of one watch as an email, with its change, safety and gaps. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final

from alerts.channel import Notification, Recipient
from alerts.messages.brief_sentences import headline as incident_headline
from alerts.messages.brief_sentences import is_news
from alerts.messages.completeness import Completeness, completeness_messages
from alerts.messages.day_summary import (
    MIN_Z,
    QUIET_MENTIONS,
    DayCounts,
    DayHighlight,
    TopicDay,
    pick_highlight,
    safety,
)
from alerts.messages.digest_days import DayWindow, digest_key
from alerts.messages.figures import day_figures, peak_message
from alerts.messages.headline import headline, lede, safety_answer
from alerts.messages.quotes import quote, representative_mentions
from alerts.messages.role_sentences import others_message
from alerts.poisson import poisson_z
from alerts.shares.messages import share_messages
from alerts.shares.watch_shares import WatchShare
from core.incident import Incident
from core.mention import Mention, Sentiment
from core.role import Role
from core.watch import Watch
from templates.charts.geometry import Bar, NamedInterval, plot
from templates.charts.png import chart_images
from templates.contexts import mail
from templates.contexts.base import sentiment_shares
from templates.i18n import Translator, msg
from templates.links import Links, quote_value
from templates.mail_parts import render_mail

MAX_STORY_QUOTES: Final = 2  # quotes on the highlight of the day
MAX_LINES: Final = 8  # lines of a table; the console shows all


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """Facts about one day of one watch, read from the database."""

    watch: Watch
    subscription: str  # its slug
    send_time: time  # time of sending in the reader's zone
    window: DayWindow
    counts: DayCounts
    topics: tuple[TopicDay, ...]
    rivals: tuple[TopicDay, ...]  # the other watches
    bars: tuple[Bar, ...]  # the 48 h that end with the window, an hour each, oldest first
    incidents: tuple[Incident, ...]  # those that overlap the window
    later_incidents: tuple[Incident, ...] = ()  # those that opened after it and are unresolved
    news_waves: tuple[Incident, ...] = ()  # those detected in the window
    role_counts: Mapping[Role, int] = field(default_factory=dict)  # mentions of the day
    mentions: tuple[Mention, ...]  # candidates for quotes
    duplicate_counts: Mapping[str, int]  # further mentions by family (by id without a family)
    completeness: Completeness
    share: WatchShare | None = None  # of negative mentions, corrected where its error is measured


def compose_digest(facts: DigestFacts, recipient: Recipient, now: datetime) -> Notification:
    """Return the email on the day of *facts*.

    A quiet day has one too: a missing digest always means a failure.
    """
    context = digest_context(facts, recipient)
    key = digest_key(facts.subscription, facts.window.day)
    html, text = render_mail("digest", context)
    return Notification(
        kind="digest",
        recipient=recipient.address,
        sender=recipient.sender,
        subject=_subject(context),
        message_id=f"<digest.{key.replace(':', '.')}@{recipient.sender_domain}>",
        date=now.replace(microsecond=0),
        text=text,
        html=html,
        images={} if context.is_quiet else chart_images(context, context.chart),
        key=key,
    )


def digest_context(facts: DigestFacts, recipient: Recipient) -> mail.Digest:
    """Return the content of the email as values and messages."""
    links, completeness = Links(recipient.base_url), facts.completeness
    highlight = pick_highlight(facts.counts, facts.topics, facts.incidents)
    incidents = (*facts.later_incidents, *facts.incidents, *facts.news_waves)
    others = others_message(facts.role_counts)
    safety_level = safety(highlight, incidents, completeness)
    safety_message = safety_answer(safety_level, highlight, completeness.outages)
    return mail.Digest(
        zone=recipient.zone,
        locale=recipient.locale,
        watch=facts.watch.name,
        day=facts.window.start,
        is_quiet=_mention_count(facts) < QUIET_MENTIONS and not incidents,
        preheader=msg(
            "digest.preheader",
            safety=safety_message,
            mentions=msg("count.mentions", count=facts.counts.mentions),
        ),
        headline=headline(facts.watch.name, facts.counts, highlight),
        lede=(*lede(facts.counts, facts.topics, highlight), *([others] if others else [])),
        safety=safety_message,
        safety_tone=str(safety_level),
        figures=day_figures(facts.counts, incidents),
        chart=_chart(facts, recipient.zone),
        incidents=tuple(_incident_card(incident, facts, links) for incident in incidents),
        topics=tuple(_topic_line(topic, "topic", facts, links) for topic in _by_size(facts.topics)),
        rivals=tuple(_topic_line(rival, "watch", facts, links) for rival in _by_size(facts.rivals)),
        quotes=tuple(
            quote(mention, facts.duplicate_counts, links, facts.watch.slug)
            for mention in _quoted_mentions(facts, highlight)
        ),
        search_url=links.search(_query(facts), start=facts.window.start, end=facts.window.end),
        coverage=(*completeness_messages(completeness), *share_messages(facts.share)),
        because=msg(
            "digest.because",
            watch=facts.watch.name,
            at=f"{facts.send_time:%H:%M}",
            zone=recipient.zone,
        ),
    )


def _mention_count(facts: DigestFacts) -> int:
    """Return the mentions of the day of every role."""
    return max(facts.counts.mentions, sum(facts.role_counts.values()))


def _subject(context: mail.Digest) -> str:
    translate = Translator(zone=context.zone, locale=context.locale)
    subject = translate(
        "digest.subject", watch=context.watch, day=context.day, headline=context.headline
    )
    return " ".join(subject.split())


def _chart(facts: DigestFacts, zone: str) -> mail.Chart:
    intervals = [
        NamedInterval(label=incident.name, start=incident.onset, end=incident.resolved)
        for incident in facts.incidents
    ]
    return mail.Chart(
        plot=plot(facts.bars, zone=zone, intervals=intervals),
        cid=f"chart@{digest_key(facts.subscription, facts.window.day).replace(':', '.')}",
        alt=peak_message(facts.bars),
        title=msg("chart.hours", topic=facts.watch.name),
    )


def _incident_card(incident: Incident, facts: DigestFacts, links: Links) -> mail.IncidentCard:
    """Return the card of *incident*; a news wave has no end and no people."""
    names = {topic.id: topic.name for topic in facts.topics}
    watch, onset, end = facts.watch.name, incident.onset, incident.resolved
    return mail.IncidentCard(
        name=incident.name,
        title=msg("incident.topic", watch=watch, topic=names.get(incident.topic, incident.topic))
        if incident.topic
        else msg("incident.watch", watch=watch),
        sentences=(incident_headline(incident), msg("brief.news_since", onset=onset))
        if is_news(incident)
        else (
            incident_headline(incident),
            msg("incident.open", onset=onset)
            if end is None
            else msg("incident.over", onset=onset, end=end),
            msg(
                "incident.voices",
                count=incident.voices,
                texts=msg("count.texts", count=incident.families),
            ),
        ),
        url=links.incident(incident.id),
    )


def _quoted_mentions(facts: DigestFacts, highlight: DayHighlight) -> list[Mention]:
    """Return two mentions on the highlight of the day and one of praise."""
    watch = facts.watch.slug
    praise = [m for m in facts.mentions if m.sentiment_for(watch) is Sentiment.POSITIVE]
    others = [m for m in facts.mentions if m.sentiment_for(watch) is not Sentiment.POSITIVE]
    story_mentions = _story_mentions(others, highlight, watch)
    return [
        *representative_mentions(
            story_mentions, facts.duplicate_counts, watch=watch, limit=MAX_STORY_QUOTES
        ),
        *representative_mentions(praise, facts.duplicate_counts, watch=watch, limit=1),
    ]


def _story_mentions(others: list[Mention], highlight: DayHighlight, watch: str) -> list[Mention]:
    """Return the complaints on the topic of *highlight*, else all on that topic, else *others*."""
    topic = highlight.topic.id if highlight.topic else None
    on_topic = [m for m in others if m.verdict and topic in (None, *m.verdict.topics)]
    negative = [m for m in on_topic if m.sentiment_for(watch) is Sentiment.NEGATIVE]
    return next(
        (candidates for candidates in (negative, on_topic) if len(candidates) >= MAX_STORY_QUOTES),
        others,
    )


def _by_size(topic_days: tuple[TopicDay, ...]) -> list[TopicDay]:
    active_days = [day for day in topic_days if day.counts.mentions]
    return sorted(active_days, key=lambda day: (-day.counts.mentions, day.id))[:MAX_LINES]


def _topic_line(topic: TopicDay, field: str, facts: DigestFacts, links: Links) -> mail.TopicLine:
    counts, usual = topic.counts, topic.counts.usual
    query = f"{field}:{quote_value(topic.id)}"
    query = query if field == "watch" else f"{_query(facts)} {query}"
    return mail.TopicLine(
        name=topic.name,
        url=links.search(query, start=facts.window.start, end=facts.window.end),
        mentions=counts.mentions,
        sentiment_shares=sentiment_shares(
            counts.negative, counts.neutral, counts.positive, counts.unscored
        ),
        change=counts.mentions / usual.mentions - 1 if usual and usual.mentions else None,
        is_alarming=usual is not None and poisson_z(counts.negative, usual.negative) >= MIN_Z,
    )


def _query(facts: DigestFacts) -> str:
    return f"watch:{quote_value(facts.watch.slug)}"
