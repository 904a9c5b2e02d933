"""The brief: one incident as an email, in the order of a responder's questions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from alerts.channel import Notification, Recipient
from alerts.messages.brief_sentences import (
    headline,
    is_news,
    lede,
    preheader,
    search_query,
    spread_message,
)
from alerts.messages.completeness import Completeness, completeness_messages
from alerts.messages.figures import incident_figures, peak_message
from alerts.messages.quotes import quote, representative_mentions
from alerts.messages.role_sentences import others_message
from core.incident import Incident, IncidentState
from core.mention import Mention
from core.role import Role
from core.watch import Watch
from templates.charts.geometry import Bar, NamedInterval, plot
from templates.charts.png import chart_images
from templates.contexts import mail
from templates.i18n import Message, msg
from templates.links import Links
from templates.mail_parts import render_mail

MAX_THREAD_LENGTH: Final = 100  # emails: then mail clients begin a new thread anyway (Gmail)


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefFacts:
    """Facts about one incident, read from the database when its brief is composed."""

    incident: Incident
    watch: Watch
    topic: str | None  # the name of the incident's topic
    bars: tuple[Bar, ...]  # its unit's mentions over 48 h, an hour each, oldest first
    quarter_hours: tuple[int, ...]  # negative voices by complete quarter of an hour, oldest first
    reasons: tuple[mail.Reason, ...]  # terms over their usual share, strongest first
    spread_sources: tuple[mail.SpreadSource, ...]  # sources in order of their first post
    mentions: tuple[Mention, ...]  # candidates for quotes: negative since onset, using a reason
    duplicate_counts: Mapping[str, int]  # further mentions by family (by id without a family)
    completeness: Completeness
    role_counts: Mapping[Role, int] = field(default_factory=dict)  # all its mentions since onset


def compose_brief(facts: BriefFacts, recipient: Recipient, now: datetime) -> Notification:
    """Return the email on this revision of the incident.

    All revisions have the same subject, so mail clients show them as one thread.
    """
    incident, context = facts.incident, brief_context(facts, recipient, now)
    message_id, references = thread_ids(incident, recipient.sender_domain)
    html, text = render_mail("brief", context)
    return Notification(
        kind="brief",
        recipient=recipient.address,
        sender=recipient.sender,
        subject=_subject(facts),
        message_id=message_id,
        references=references,
        date=now.replace(microsecond=0),
        text=text,
        html=html,
        images=chart_images(context, context.chart),
        key=revision_id(incident),
    )


def thread_ids(incident: Incident, host: str) -> tuple[str, tuple[str, ...]]:
    """Return the message id of this revision and its references: the root of the thread, or none.

    *host*: the domain of the sender.
    """
    root = (incident.revision - 1) // MAX_THREAD_LENGTH * MAX_THREAD_LENGTH + 1
    root_id = f"<inc-{incident.id}.r{root}@{host}>"
    return f"<{revision_id(incident)}@{host}>", () if incident.revision == root else (root_id,)


def revision_id(incident: Incident) -> str:
    """Return the permanent id of this revision: ``inc-7.r3``."""
    return f"inc-{incident.id}.r{incident.revision}"


def brief_context(facts: BriefFacts, recipient: Recipient, now: datetime) -> mail.Brief:
    """Return the content of the email as values and messages."""
    incident, links, title = facts.incident, Links(recipient.base_url), _title(facts)
    watch, duplicate_counts = incident.watch, facts.duplicate_counts
    names = {"watch": facts.watch.name}
    examples = representative_mentions(facts.mentions, duplicate_counts, watch=watch)
    return mail.Brief(
        zone=recipient.zone,
        locale=recipient.locale,
        name=incident.name,
        severity=incident.severity,
        kind=msg(f"kind.{incident.kind}"),
        document=msg("brief.name_news" if is_news(incident) else "brief.name", **names),
        title=title,
        state_label=msg("phase.notice" if is_news(incident) else f"phase.{incident.state}"),
        is_over=incident.state is IncidentState.RESOLVED,
        preheader=preheader(incident, title, facts.quarter_hours),
        headline=headline(incident),
        lede=tuple(lede(incident, facts.quarter_hours, now)),
        figures=incident_figures(incident, now),
        chart=_chart(facts, recipient.zone),
        reasons=facts.reasons[:6],
        spread=spread_message(incident),
        also=None if is_news(incident) else others_message(facts.role_counts),
        spread_sources=facts.spread_sources[:6],
        quotes=tuple(quote(mention, duplicate_counts, links, watch) for mention in examples),
        coverage=completeness_messages(facts.completeness),
        incident_url=links.incident(incident.id),
        search_url=links.search(
            search_query(incident), start=incident.onset, end=incident.resolved
        ),
        search_label=msg("brief.search_news" if is_news(incident) else "brief.search"),
        revision_id=revision_id(incident),
        because=msg("brief.because", **names),
    )


def _subject(facts: BriefFacts) -> str:
    name, topic = facts.watch.name, facts.topic
    subject = f"{facts.incident.name} {name}" + (f": {topic}" if topic else "")
    return " ".join(subject.split())


def _title(facts: BriefFacts) -> Message:
    if facts.topic is None:
        return msg("incident.watch", watch=facts.watch.name)
    return msg("incident.topic", watch=facts.watch.name, topic=facts.topic)


def _chart(facts: BriefFacts, zone: str) -> mail.Chart:
    incident = facts.incident
    name = incident.name
    chart_plot = plot(
        facts.bars,
        zone=zone,
        intervals=[NamedInterval(label=name, start=incident.onset, end=incident.resolved)],
    )
    return mail.Chart(
        plot=chart_plot,
        cid=f"chart@{revision_id(incident)}",
        alt=msg("chart.alt", fullest=peak_message(facts.bars), onset=incident.onset),
        title=msg("chart.hours", topic=_title(facts)),
    )
