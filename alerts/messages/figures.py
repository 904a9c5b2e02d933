"""The key figures of an email, each with its change against normal. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from alerts.messages.day_summary import DayCounts
from core.incident import Incident, IncidentKind, IncidentState
from templates.charts.geometry import Bar
from templates.contexts.mail import Figure
from templates.i18n import Message, msg

MIN_SHARE_GAIN: Final = (
    0.05  # of negative share: a gain of 5 points or more is highlighted as bad news
)


def incident_figures(incident: Incident, now: datetime) -> tuple[Figure, ...]:
    """Return the number of negative voices, their share, the number of texts and the duration.

    Of a news wave the voices are authors of news posts, and it has no duration.
    """
    if incident.kind is IncidentKind.NEWS:
        return _news_figures(incident)
    excess = incident.negative_share - incident.usual_share
    return (
        Figure(
            value=msg("figure.number", value=incident.observed),
            label=msg("figure.negative_voices"),
            note=msg("figure.expected", expected=incident.expected),
            is_alarming=True,
        ),
        _share(incident.negative_share, excess),
        Figure(
            value=msg("figure.number", value=incident.families),
            label=msg("figure.texts"),
            note=msg("figure.by_voices", count=incident.voices),
        ),
        Figure(
            value=msg("figure.length", value=(incident.resolved or now) - incident.onset),
            label=msg("figure.lasted" if incident.resolved else "figure.lasting"),
            note=msg("figure.since", at=incident.onset),
        ),
    )


def _news_figures(incident: Incident) -> tuple[Figure, ...]:
    """Return the authors of news posts, the negative share of them and the number of texts."""
    return (
        Figure(
            value=msg("figure.number", value=incident.observed),
            label=msg("figure.news_authors"),
            note=msg("figure.expected", expected=incident.expected),
        ),
        _share(incident.negative_share, None),
        Figure(
            value=msg("figure.number", value=incident.families),
            label=msg("figure.texts"),
            note=msg("figure.since", at=incident.onset),
        ),
    )


def day_figures(counts: DayCounts, incidents: Sequence[Incident]) -> tuple[Figure, ...]:
    """Return the mentions, negative share, voices and open incidents of a day."""
    usual = counts.usual
    return (
        _amount("figure.mentions", counts.mentions, usual.mentions if usual else None),
        _share(
            counts.negative_share,
            counts.negative_share - usual.negative_share if usual else None,
        ),
        _amount("figure.voices", counts.voices, usual.voices if usual else None),
        _open_incidents(
            [incident for incident in incidents if incident.state is not IncidentState.RESOLVED]
        ),
    )


def peak_message(bars: Sequence[Bar]) -> Message:
    """Return the highest of *bars* in words, with its usual level if that is known."""
    bar = max(bars, key=lambda bar: bar.total)
    key = "chart.fullest" if bar.usual is None else "chart.fullest_usual"
    return msg(key, count=bar.total, at=bar.start, usual=bar.usual)


def _amount(label: str, count: int, usual: float | None) -> Figure:
    return Figure(
        value=msg("figure.number", value=count),
        label=msg(label),
        note=_change(count / usual - 1) if usual else None,
    )


def _change(share: float) -> Message:
    return msg("figure.up" if share >= 0 else "figure.down", change=abs(share))


def _share(share: float, gain: float | None) -> Figure:
    return Figure(
        value=msg("figure.percent", value=share),
        label=msg("figure.negative"),
        note=None
        if gain is None
        else msg("figure.points", value=gain, count=round(100 * abs(gain))),
        is_alarming=gain is not None and gain >= MIN_SHARE_GAIN,
    )


def _open_incidents(incidents: Sequence[Incident]) -> Figure:
    since = min((incident.onset for incident in incidents), default=None)
    return Figure(
        value=msg("figure.number", value=len(incidents)),
        label=msg("figure.incidents", count=len(incidents)),
        note=msg("figure.since", at=since) if since else None,
        is_alarming=bool(incidents),
    )
