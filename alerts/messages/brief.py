"""One incident as a letter: what is known, in the order in which a responder asks. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.channel import Envelope, Letter
from alerts.messages.completeness import Completeness, told
from alerts.messages.figures import fullest, incident_figures
from alerts.messages.quotes import quote, representative
from alerts.messages.trend import trend
from core.incident import Incident, Phase
from core.mention import Mention
from core.watch import Watch
from templates.charts.geometry import Bar, Span, plot
from templates.charts.png import pictures
from templates.contexts import mail
from templates.i18n import Phrase, phrase
from templates.links import Links, quoted
from templates.mail_parts import body

THREAD: Final = 100  # letters: then mail clients begin a new thread anyway (Gmail)
_HARDLY: Final = 0.5  # voices: with fewer than that expected, "times the usual" says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefFacts:
    """Facts about one incident, read from the record when its brief is composed."""

    incident: Incident
    watch: Watch
    topic: str | None  # the name of the incident's topic
    bars: tuple[Bar, ...]  # its unit's mentions over 48 h, an hour each, oldest first
    pulse: tuple[int, ...]  # negative voices a quarter of an hour, oldest first, complete ones only
    reasons: tuple[mail.Reason, ...]  # terms over their usual share, strongest first
    carriers: tuple[mail.Carrier, ...]  # sources, first heard first
    mentions: tuple[Mention, ...]  # to be quoted: negative ones since onset that speak of a reason
    copies: Mapping[str, int]  # further mentions by family (by id where there is no family)
    completeness: Completeness


def compose_brief(evidence: BriefFacts, envelope: Envelope, now: datetime) -> Letter:
    """The letter on this revision of the incident; its subject never changes, so it threads."""
    incident, context = evidence.incident, brief_context(evidence, envelope, now)
    message_id, references = thread(incident, envelope.host)
    html, text = body("brief", context)
    return Letter(
        kind="brief",
        recipient=envelope.recipient,
        sender=envelope.sender,
        subject=_subject(evidence),
        message_id=message_id,
        references=references,
        date=now.replace(microsecond=0),
        text=text,
        html=html,
        images=pictures(context, context.chart),
        key=revision_id(incident),
    )


def thread(incident: Incident, host: str) -> tuple[str, tuple[str, ...]]:
    """The message id of this revision, and those it refers to: the root of its thread, or none."""
    root = (incident.revision - 1) // THREAD * THREAD + 1
    first = f"<inc-{incident.id}.r{root}@{host}>"
    return f"<{revision_id(incident)}@{host}>", () if incident.revision == root else (first,)


def revision_id(incident: Incident) -> str:
    """What names one revision of an incident for ever: ``inc-7.r3``."""
    return f"inc-{incident.id}.r{incident.revision}"


def brief_context(evidence: BriefFacts, envelope: Envelope, now: datetime) -> mail.Brief:
    """All that the letter shows, as values and phrases."""
    incident, links = evidence.incident, Links(envelope.base_url)
    watch, copies = incident.watch, evidence.copies
    chosen = representative(evidence.mentions, copies, watch=watch)
    return mail.Brief(
        zone=envelope.zone,
        locale=envelope.locale,
        name=incident.name,
        severity=incident.severity,
        kind=phrase(f"kind.{incident.kind}"),
        watch=evidence.watch.name,
        title=_title(evidence),
        phase=phrase(f"phase.{incident.state}"),
        is_over=incident.state is Phase.RESOLVED,
        preheader=_preheader(evidence),
        headline=headline(incident),
        lede=tuple(_lede(evidence, now)),
        figures=incident_figures(incident, now),
        chart=_chart(evidence, envelope.zone),
        reasons=evidence.reasons[:6],
        carried=_carried(incident),
        carriers=evidence.carriers[:6],
        quotes=tuple(quote(mention, copies, links, watch) for mention in chosen),
        coverage=told(evidence.completeness),
        incident_url=links.incident(incident.id),
        search_url=links.search(_query(incident), start=incident.onset, end=incident.resolved),
        message=revision_id(incident),
        because=phrase("brief.because", watch=evidence.watch.name),
    )


def headline(incident: Incident) -> Phrase:
    """One sentence with the numbers of the strongest window."""
    window = _window(incident)
    known = {"count": incident.observed, "window": window, "expected": incident.expected}
    if incident.expected < _HARDLY:
        return phrase("brief.headline_new", **known)
    return phrase("brief.headline", times=incident.observed / incident.expected, **known)


def _subject(evidence: BriefFacts) -> str:
    name, topic = evidence.watch.name, evidence.topic
    subject = f"{evidence.incident.name} {name}" + (f": {topic}" if topic else "")
    return " ".join(subject.split())


def _title(evidence: BriefFacts) -> Phrase:
    if evidence.topic is None:
        return phrase("incident.watch", watch=evidence.watch.name)
    return phrase("incident.topic", watch=evidence.watch.name, topic=evidence.topic)


def _preheader(evidence: BriefFacts) -> Phrase:
    incident = evidence.incident
    return phrase(
        "brief.preheader",
        severity=incident.severity,
        kind=phrase(f"kind.{incident.kind}"),
        topic=_title(evidence),
        count=incident.observed,
        expected=incident.expected,
        now=_motion(evidence),
    )


def _lede(evidence: BriefFacts, now: datetime) -> Iterator[Phrase]:
    incident = evidence.incident
    share, usual = incident.negative_share, incident.usual_share
    yield phrase("brief.share", share=share, usual=usual)
    if incident.resolved is None:
        yield phrase("brief.since", onset=incident.onset, lasted=now - incident.onset)
    else:
        lasted = incident.resolved - incident.onset
        yield phrase("brief.lasted", onset=incident.onset, end=incident.resolved, lasted=lasted)
    yield _motion(evidence)


def _motion(evidence: BriefFacts) -> Phrase:
    """Whether it still grows, with the voices of the last half hour and of the one before."""
    if evidence.incident.state is Phase.RESOLVED:
        return phrase("trend.over")
    pulse = evidence.pulse
    return phrase(f"trend.{trend(pulse)}", count=sum(pulse[-2:]), before=sum(pulse[-4:-2]))


def _chart(evidence: BriefFacts, zone: str) -> mail.Chart:
    incident = evidence.incident
    name = incident.name
    drawn = plot(
        evidence.bars,
        zone=zone,
        spans=[Span(label=name, start=incident.onset, end=incident.resolved)],
    )
    return mail.Chart(
        plot=drawn,
        cid=f"chart@{revision_id(incident)}",
        alt=phrase("chart.alt", fullest=fullest(evidence.bars), onset=incident.onset),
        title=phrase("chart.hours", topic=_title(evidence)),
    )


def _carried(incident: Incident) -> Phrase:
    """One loud account, copies, or many people with words of their own."""
    texts = phrase("count.texts", count=incident.families)
    if incident.families * 2 < incident.voices:
        return phrase("brief.copied", count=incident.voices, texts=texts)
    return phrase("brief.independent", count=incident.voices, texts=texts)


def _query(incident: Incident) -> str:
    asked = [f"watch:{quoted(incident.watch)}", "sentiment:negative"]
    return " ".join([*asked, f"topic:{quoted(incident.topic)}"] if incident.topic else asked)


def _window(incident: Incident) -> timedelta:
    """The width of the strongest window; an hour where an old record does not say."""
    seconds = incident.spike.get("window_s", 3600)
    return timedelta(seconds=seconds if isinstance(seconds, int | float) else 3600)
