"""The life of an incident: what one watch's spikes change, and what must be told. Pure.

Overlapping spikes of one watch, as a whole and by topic, are one incident. It opens when a score
reaches its threshold, is told again when it gets worse, is resolved when all scores stayed below
half the threshold for six hours, and comes back under its own name within a day. Only a crisis is
an incident; attention, sour and health are notices, told once until twelve hours without passed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.incident import Kind, Phase, Spike

QUIET: Final = timedelta(hours=6)
REOPEN: Final = timedelta(hours=24)
NOTICE_QUIET: Final = timedelta(hours=12)
GROWTH: Final = 2.0  # times the score last told
# A topic carries a crisis if it holds most of its excess, and clearly more than any other topic.
CARRIES: Final = 0.6
CLEARLY: Final = 1.25


class NotifyReason(StrEnum):
    """Why readers are told."""

    OPENED = "opened"
    REOPENED = "reopened"
    WORSENED = "worsened"  # a graver severity
    GREW = "grew"  # twice the score last told
    RESOLVED = "resolved"
    NOTICED = "noticed"  # no incident: a line for the inbox or the digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A crisis as detection remembers it from one step to the next."""

    opened: datetime  # with the watch: the name of the incident, kept when it comes back
    onset: datetime  # estimated when it opened
    topic: str | None
    severity: int  # the gravest so far; it never sinks before it is resolved
    told: float  # the score last told
    warm: datetime  # when a score last held half its threshold
    resolved: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that readers must be told, or be able to look up."""

    reason: NotifyReason
    at: datetime  # when it came to be; in a replay earlier than `now`
    watch: str
    kind: Kind
    opened: datetime  # with the watch: which incident; of a notice: `at`
    topic: str | None
    severity: int
    spike: Spike | None  # the evidence; None: resolved, nothing is left to measure
    topics: tuple[str, ...] = ()  # all topics whose own score was raised, strongest first

    @property
    def phase(self) -> Phase:
        """The state of the incident after this event."""
        return Phase.RESOLVED if self.reason is NotifyReason.RESOLVED else Phase.OPEN


def is_raised(spike: Spike) -> bool:
    """True if the spike reached its threshold; else it is merely warm."""
    return spike.score >= spike.threshold


def advance(
    watch: str, current: Episode | None, spikes: Sequence[Spike], now: datetime
) -> tuple[Episode | None, tuple[Event, ...]]:
    """The episode after *now*, and what it brought; *spikes* are the warm crises of the watch."""
    episode, events = _cool(watch, current, now)
    if not spikes:
        return episode, events
    if episode is not None and is_open(episode):
        after, more = _go_on(episode, spikes, now)
    elif any(map(is_raised, spikes)):
        after, more = _open(episode, leading(spikes), spikes, now)
    else:
        return episode, events
    return after, (*events, *more)


def is_open(episode: Episode | None) -> bool:
    """True while there is a crisis that was not resolved."""
    return episode is not None and episode.resolved is None


def hold(current: Episode | None, now: datetime) -> Episode | None:
    """The episode while the sources are not heard: unknown is not recovered."""
    return replace(current, warm=now) if current is not None and is_open(current) else current


def leading(spikes: Sequence[Spike]) -> Spike:
    """The spike that speaks for all: the topic that clearly carries the crisis, else the whole.

    Raises:
        ValueError: no spike is raised.
    """
    raised = sorted(filter(is_raised, spikes), key=_excess, reverse=True)
    topics = [spike for spike in raised if spike.topic is not None]
    whole = next((spike for spike in raised if spike.topic is None), None)
    if whole is None:
        return max(raised, key=lambda spike: spike.score)
    first, second = ([*map(_excess, topics), 0.0, 0.0])[:2]
    carried = first >= CARRIES * _excess(whole) and first >= CLEARLY * second
    return topics[0] if carried and topics else whole


def notice(
    noticed: Mapping[Kind, datetime], spikes: Sequence[Spike], now: datetime
) -> tuple[Mapping[Kind, datetime], tuple[Event, ...]]:
    """When each kind was last noticed, after *now*, and the notices that were not told yet."""
    after, events = dict(noticed), []
    for spike in spikes:
        last = noticed.get(spike.kind)
        if last is None or now - last >= NOTICE_QUIET:
            events.append(_event(NotifyReason.NOTICED, spike, now, now))
        after[spike.kind] = now
    return after, tuple(events)


def _cool(
    watch: str, current: Episode | None, now: datetime
) -> tuple[Episode | None, tuple[Event, ...]]:
    if current is None or (current.resolved and now - current.resolved > REOPEN):
        return None, ()
    if current.resolved or now - current.warm < QUIET:
        return current, ()
    over = current.warm + QUIET
    event = Event(
        reason=NotifyReason.RESOLVED,
        at=over,
        watch=watch,
        kind=Kind.CRISIS,
        opened=current.opened,
        topic=current.topic,
        severity=current.severity,
        spike=None,
    )
    late = now - over > REOPEN
    return None if late else replace(current, resolved=over), (event,)


def _open(
    before: Episode | None, lead: Spike, spikes: Sequence[Spike], now: datetime
) -> tuple[Episode, tuple[Event, ...]]:
    """A new episode, or *before*, which was resolved within a day, once more."""
    episode = Episode(
        opened=before.opened if before else now,
        onset=before.onset if before else lead.onset,
        topic=before.topic if before else lead.topic,
        severity=lead.severity,
        told=lead.score,
        warm=now,
    )
    reason = NotifyReason.REOPENED if before else NotifyReason.OPENED
    return episode, (_told(reason, episode, lead, spikes, now),)


def _go_on(
    episode: Episode, spikes: Sequence[Spike], now: datetime
) -> tuple[Episode, tuple[Event, ...]]:
    same = [spike for spike in spikes if spike.topic == episode.topic]
    spike = max(same or spikes, key=lambda spike: spike.score)
    episode = replace(episode, warm=now)
    if not is_raised(spike):
        return episode, ()
    if spike.severity < episode.severity:
        reason = NotifyReason.WORSENED
    elif spike.score >= GROWTH * episode.told:
        reason = NotifyReason.GREW
    else:
        return episode, ()
    told = max(spike.score, episode.told)
    episode = replace(episode, told=told, severity=min(spike.severity, episode.severity))
    return episode, (_told(reason, episode, spike, spikes, now),)


def _told(
    reason: NotifyReason, episode: Episode, lead: Spike, spikes: Sequence[Spike], now: datetime
) -> Event:
    raised = sorted(filter(is_raised, spikes), key=lambda spike: -spike.score)
    return replace(
        _event(reason, replace(lead, onset=episode.onset), now, episode.opened),
        topic=episode.topic,
        severity=episode.severity,
        topics=tuple(spike.topic for spike in raised if spike.topic is not None),
    )


def _event(reason: NotifyReason, spike: Spike, now: datetime, opened: datetime) -> Event:
    return Event(
        reason=reason,
        at=now,
        watch=spike.watch,
        kind=spike.kind,
        opened=opened,
        topic=spike.topic,
        severity=spike.severity,
        spike=spike,
    )


def _excess(spike: Spike) -> float:
    return spike.observed - spike.expected
