"""The brief: one incident as an email, in the order of a responder's questions. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.channel import Notification, Recipient
from alerts.messages.completeness import Completeness, completeness_messages
from alerts.messages.figures import incident_figures, peak_message
from alerts.messages.quotes import quote, representative_mentions
from alerts.messages.trend import classify_trend
from core.incident import Incident, IncidentState
from core.mention import Mention
from core.watch import Watch
from templates.charts.geometry import Bar, NamedInterval, plot
from templates.charts.png import chart_images
from templates.contexts import mail
from templates.i18n import Message, msg
from templates.links import Links, quote_value
from templates.mail_parts import render_mail

MAX_THREAD_LENGTH: Final = 100  # emails: then mail clients begin a new thread anyway (Gmail)
_MIN_EXPECTED: Final = 0.5  # voices: a multiple of fewer is meaningless


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
    incident, links = facts.incident, Links(recipient.base_url)
    watch, duplicate_counts = incident.watch, facts.duplicate_counts
    examples = representative_mentions(facts.mentions, duplicate_counts, watch=watch)
    return mail.Brief(
        zone=recipient.zone,
        locale=recipient.locale,
        name=incident.name,
        severity=incident.severity,
        kind=msg(f"kind.{incident.kind}"),
        watch=facts.watch.name,
        title=_title(facts),
        state_label=msg(f"phase.{incident.state}"),
        is_over=incident.state is IncidentState.RESOLVED,
        preheader=_preheader(facts),
        headline=headline(incident),
        lede=tuple(_lede(facts, now)),
        figures=incident_figures(incident, now),
        chart=_chart(facts, recipient.zone),
        reasons=facts.reasons[:6],
        spread=_spread_message(incident),
        spread_sources=facts.spread_sources[:6],
        quotes=tuple(quote(mention, duplicate_counts, links, watch) for mention in examples),
        coverage=completeness_messages(facts.completeness),
        incident_url=links.incident(incident.id),
        search_url=links.search(_query(incident), start=incident.onset, end=incident.resolved),
        revision_id=revision_id(incident),
        because=msg("brief.because", watch=facts.watch.name),
    )


def headline(incident: Incident) -> Message:
    """Return one sentence with the numbers of the strongest window."""
    window = _window(incident)
    numbers = {"count": incident.observed, "window": window, "expected": incident.expected}
    if incident.expected < _MIN_EXPECTED:
        return msg("brief.headline_new", **numbers)
    return msg("brief.headline", times=incident.observed / incident.expected, **numbers)


def _subject(facts: BriefFacts) -> str:
    name, topic = facts.watch.name, facts.topic
    subject = f"{facts.incident.name} {name}" + (f": {topic}" if topic else "")
    return " ".join(subject.split())


def _title(facts: BriefFacts) -> Message:
    if facts.topic is None:
        return msg("incident.watch", watch=facts.watch.name)
    return msg("incident.topic", watch=facts.watch.name, topic=facts.topic)


def _preheader(facts: BriefFacts) -> Message:
    incident = facts.incident
    return msg(
        "brief.preheader",
        severity=incident.severity,
        kind=msg(f"kind.{incident.kind}"),
        topic=_title(facts),
        count=incident.observed,
        expected=incident.expected,
        now=_trend_message(facts),
    )


def _lede(facts: BriefFacts, now: datetime) -> Iterator[Message]:
    incident = facts.incident
    share, usual = incident.negative_share, incident.usual_share
    yield msg("brief.share", share=share, usual=usual)
    if incident.resolved is None:
        yield msg("brief.since", onset=incident.onset, lasted=now - incident.onset)
    else:
        duration = incident.resolved - incident.onset
        yield msg("brief.lasted", onset=incident.onset, end=incident.resolved, lasted=duration)
    yield _trend_message(facts)


def _trend_message(facts: BriefFacts) -> Message:
    """Return the trend, with the voices of the last half hour and of the one before."""
    if facts.incident.state is IncidentState.RESOLVED:
        return msg("trend.over")
    quarter_hours = facts.quarter_hours
    return msg(
        f"trend.{classify_trend(quarter_hours)}",
        count=sum(quarter_hours[-2:]),
        before=sum(quarter_hours[-4:-2]),
    )


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


def _spread_message(incident: Incident) -> Message:
    """Return the sentence on independence: one person, mostly copies, or many different posts."""
    texts = msg("count.texts", count=incident.families)
    if incident.families * 2 < incident.voices:
        return msg("brief.copied", count=incident.voices, texts=texts)
    return msg("brief.independent", count=incident.voices, texts=texts)


def _query(incident: Incident) -> str:
    terms = [f"watch:{quote_value(incident.watch)}", "sentiment:negative"]
    return " ".join([*terms, f"topic:{quote_value(incident.topic)}"] if incident.topic else terms)


def _window(incident: Incident) -> timedelta:
    """Return the width of the strongest window; an hour for old incidents without one."""
    seconds = incident.spike.get("window_s", 3600)
    return timedelta(seconds=seconds if isinstance(seconds, int | float) else 3600)
