"""Sentences of a brief: of a crisis, whose people complain, and of a news wave. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from alerts.messages.trend import classify_trend
from core.incident import Incident, IncidentKind, IncidentState
from templates.i18n import Message, msg
from templates.links import quote_value

_MIN_EXPECTED: Final = 0.5  # voices: a multiple of fewer is meaningless


def headline(incident: Incident) -> Message:
    """Return one sentence with the numbers of the strongest window."""
    window = _window(incident)
    numbers = {"count": incident.observed, "window": window, "expected": incident.expected}
    key, new_key = "brief.headline", "brief.headline_new"
    if is_news(incident):
        key, new_key = "brief.news", "brief.news_new"
    if incident.expected < _MIN_EXPECTED:
        return msg(new_key, **numbers)
    return msg(key, times=incident.observed / incident.expected, **numbers)


def is_news(incident: Incident) -> bool:
    """Return True for a news wave, whose numbers are authors of news posts."""
    return incident.kind is IncidentKind.NEWS


def preheader(incident: Incident, title: Message, quarter_hours: Sequence[int]) -> Message:
    """Return the line that mail clients show beside the subject."""
    return msg(
        "brief.preheader_news" if is_news(incident) else "brief.preheader",
        severity=incident.severity,
        kind=msg(f"kind.{incident.kind}"),
        topic=title,
        count=incident.observed,
        expected=incident.expected,
        now=trend_message(incident, quarter_hours),
    )


def lede(incident: Incident, quarter_hours: Sequence[int], now: datetime) -> Iterator[Message]:
    """Yield the sentences below the headline; of a news wave its first post and its tone."""
    if is_news(incident):
        yield msg("brief.news_since", onset=incident.onset)
        yield msg("brief.news_share", share=incident.negative_share)
        yield msg("brief.news_hint")
        return
    yield msg("brief.share", share=incident.negative_share, usual=incident.usual_share)
    if incident.resolved is None:
        yield msg("brief.since", onset=incident.onset, lasted=now - incident.onset)
    else:
        duration = incident.resolved - incident.onset
        yield msg("brief.lasted", onset=incident.onset, end=incident.resolved, lasted=duration)
    yield trend_message(incident, quarter_hours)


def trend_message(incident: Incident, quarter_hours: Sequence[int]) -> Message:
    """Return the trend, with the voices of the last half hour and of the one before.

    *quarter_hours*: negative voices, oldest first.
    """
    if incident.state is IncidentState.RESOLVED:
        return msg("trend.over")
    return msg(
        f"trend.{classify_trend(quarter_hours)}",
        count=sum(quarter_hours[-2:]),
        before=sum(quarter_hours[-4:-2]),
    )


def spread_message(incident: Incident) -> Message:
    """Return the sentence on independence: one person, mostly copies, or many different posts."""
    texts = msg("count.texts", count=incident.families)
    if is_news(incident):
        return msg("brief.news_spread", count=incident.voices, texts=texts)
    if incident.families * 2 < incident.voices:
        return msg("brief.copied", count=incident.voices, texts=texts)
    return msg("brief.independent", count=incident.voices, texts=texts)


def search_query(incident: Incident) -> str:
    """Return the query for the posts of *incident*."""
    terms = [f"watch:{quote_value(incident.watch)}"]
    terms.append("role:news" if is_news(incident) else "sentiment:negative")
    return " ".join([*terms, f"topic:{quote_value(incident.topic)}"] if incident.topic else terms)


def _window(incident: Incident) -> timedelta:
    """Return the width of the strongest window; an hour for old incidents without one."""
    seconds = incident.spike.get("window_s", 3600)
    return timedelta(seconds=seconds if isinstance(seconds, int | float) else 3600)
