"""Lifecycle of an incident: the spikes of one watch in, the next episode and events out. Pure.

Overlapping spikes of one watch, as a whole and by topic, are one incident. It opens when a score
reaches its threshold, and notifies again when it gets worse. It is resolved when all scores stayed
below half the threshold for six hours, and reopens under its own name within a day. Only a crisis
is an incident; attention, sour and health are notices, sent once until absent for twelve hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.incident import IncidentKind, IncidentState, Spike

RESOLVE_AFTER: Final = timedelta(hours=6)
REOPEN_WITHIN: Final = timedelta(hours=24)
NOTICE_INTERVAL: Final = timedelta(hours=12)
GROWTH_FACTOR: Final = 2.0  # times the score of the last notification
# A topic carries a crisis with most of its excess, and clearly more than any other topic.
MIN_CARRIER_SHARE: Final = 0.6
MIN_CARRIER_LEAD: Final = 1.25


class NotifyReason(StrEnum):
    """The reason of a notification."""

    OPENED = "opened"
    REOPENED = "reopened"
    WORSENED = "worsened"  # a graver severity
    GREW = "grew"  # twice the score of the last notification
    RESOLVED = "resolved"
    NOTICED = "noticed"  # no incident: a line in the console or the digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A crisis in the state between two steps; the fields are keys of the stored JSON."""

    opened: datetime  # with the watch: the identity of the incident, kept when it reopens
    onset: datetime  # estimated at the opening
    topic: str | None
    severity: int  # the gravest so far; it never improves before the incident is resolved
    told: float  # the score of the last notification
    warm: datetime  # the last time at which a score reached half its threshold
    resolved: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent:
    """A change of an incident, or a notice; readers are notified or can look it up."""

    reason: NotifyReason
    at: datetime  # time of the change; in an evaluated history earlier than now
    watch: str
    kind: IncidentKind
    opened: datetime  # with the watch: the identity of the incident; of a notice: the same as at
    topic: str | None
    severity: int
    spike: Spike | None  # the evidence; None: resolved
    topics: tuple[str, ...] = ()  # all topics whose own score was raised, strongest first

    @property
    def state(self) -> IncidentState:
        """The state of the incident after this event."""
        return (
            IncidentState.RESOLVED if self.reason is NotifyReason.RESOLVED else IncidentState.OPEN
        )


def is_raised(spike: Spike) -> bool:
    """Return True if *spike* reached its threshold; otherwise it is only warm."""
    return spike.score >= spike.threshold


def advance(
    watch: str, current: Episode | None, spikes: Sequence[Spike], now: datetime
) -> tuple[Episode | None, tuple[IncidentEvent, ...]]:
    """Return the episode and the events at *now*; *spikes*: the warm crises of the watch."""
    episode, events = _resolve_if_quiet(watch, current, now)
    if not spikes:
        return episode, events
    if episode is not None and is_open(episode):
        next_episode, new_events = _continue_episode(episode, spikes, now)
    elif any(map(is_raised, spikes)):
        next_episode, new_events = _open_episode(episode, lead_spike(spikes), spikes, now)
    else:
        return episode, events
    return next_episode, (*events, *new_events)


def is_open(episode: Episode | None) -> bool:
    """Return True for an episode that is not resolved."""
    return episode is not None and episode.resolved is None


def extend_through_gap(current: Episode | None, now: datetime) -> Episode | None:
    """Return *current* as warm at *now*: uncovered sources are no sign of recovery."""
    return replace(current, warm=now) if current is not None and is_open(current) else current


def lead_spike(spikes: Sequence[Spike]) -> Spike:
    """Return the spike of the topic that clearly carries the crisis, else of the whole watch.

    Raises:
        ValueError: no spike is raised.
    """
    by_excess = sorted(filter(is_raised, spikes), key=_excess, reverse=True)
    topics = [spike for spike in by_excess if spike.topic is not None]
    watch_spike = next((spike for spike in by_excess if spike.topic is None), None)
    if watch_spike is None:
        return max(by_excess, key=lambda spike: spike.score)
    first, second = ([*map(_excess, topics), 0.0, 0.0])[:2]
    is_carrier = (
        first >= MIN_CARRIER_SHARE * _excess(watch_spike) and first >= MIN_CARRIER_LEAD * second
    )
    return topics[0] if is_carrier and topics else watch_spike


def issue_notices(
    last_notices: Mapping[IncidentKind, datetime], spikes: Sequence[Spike], now: datetime
) -> tuple[Mapping[IncidentKind, datetime], tuple[IncidentEvent, ...]]:
    """Return the time of the last notice by kind as of *now*, and the events of new notices."""
    latest, events = dict(last_notices), []
    for spike in spikes:
        last = last_notices.get(spike.kind)
        if last is None or now - last >= NOTICE_INTERVAL:
            events.append(_event(NotifyReason.NOTICED, spike, now, now))
        latest[spike.kind] = now
    return latest, tuple(events)


def _resolve_if_quiet(
    watch: str, current: Episode | None, now: datetime
) -> tuple[Episode | None, tuple[IncidentEvent, ...]]:
    if current is None or (current.resolved and now - current.resolved > REOPEN_WITHIN):
        return None, ()
    if current.resolved or now - current.warm < RESOLVE_AFTER:
        return current, ()
    resolved_at = current.warm + RESOLVE_AFTER
    event = IncidentEvent(
        reason=NotifyReason.RESOLVED,
        at=resolved_at,
        watch=watch,
        kind=IncidentKind.CRISIS,
        opened=current.opened,
        topic=current.topic,
        severity=current.severity,
        spike=None,
    )
    is_stale = now - resolved_at > REOPEN_WITHIN
    return None if is_stale else replace(current, resolved=resolved_at), (event,)


def _open_episode(
    previous: Episode | None, lead: Spike, spikes: Sequence[Spike], now: datetime
) -> tuple[Episode, tuple[IncidentEvent, ...]]:
    """Open a new episode, or reopen *previous*, which was resolved within a day."""
    episode = Episode(
        opened=previous.opened if previous else now,
        onset=previous.onset if previous else lead.onset,
        topic=previous.topic if previous else lead.topic,
        severity=lead.severity,
        told=lead.score,
        warm=now,
    )
    reason = NotifyReason.REOPENED if previous else NotifyReason.OPENED
    return episode, (_episode_event(reason, episode, lead, spikes, now),)


def _continue_episode(
    episode: Episode, spikes: Sequence[Spike], now: datetime
) -> tuple[Episode, tuple[IncidentEvent, ...]]:
    same = [spike for spike in spikes if spike.topic == episode.topic]
    spike = max(same or spikes, key=lambda spike: spike.score)
    episode = replace(episode, warm=now)
    if not is_raised(spike):
        return episode, ()
    if spike.severity < episode.severity:
        reason = NotifyReason.WORSENED
    elif spike.score >= GROWTH_FACTOR * episode.told:
        reason = NotifyReason.GREW
    else:
        return episode, ()
    last_score = max(spike.score, episode.told)
    episode = replace(episode, told=last_score, severity=min(spike.severity, episode.severity))
    return episode, (_episode_event(reason, episode, spike, spikes, now),)


def _episode_event(
    reason: NotifyReason, episode: Episode, lead: Spike, spikes: Sequence[Spike], now: datetime
) -> IncidentEvent:
    by_score = sorted(filter(is_raised, spikes), key=lambda spike: -spike.score)
    return replace(
        _event(reason, replace(lead, onset=episode.onset), now, episode.opened),
        topic=episode.topic,
        severity=episode.severity,
        topics=tuple(spike.topic for spike in by_score if spike.topic is not None),
    )


def _event(reason: NotifyReason, spike: Spike, now: datetime, opened_at: datetime) -> IncidentEvent:
    return IncidentEvent(
        reason=reason,
        at=now,
        watch=spike.watch,
        kind=spike.kind,
        opened=opened_at,
        topic=spike.topic,
        severity=spike.severity,
        spike=spike,
    )


def _excess(spike: Spike) -> float:
    return spike.observed - spike.expected
