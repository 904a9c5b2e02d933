"""What a replayed history is to readers who were told nothing of it yet. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

from alerts.incidents import Episode, Event, NotifyReason, is_raised, leading
from alerts.replay import Moment
from core.incident import Phase, Spike

Story: TypeAlias = tuple[Event, ...]


def retell(
    lived: tuple[Episode | None, Story], warm: Sequence[Moment], horizon: datetime, now: datetime
) -> tuple[Episode | None, Story]:
    """The events of a history as one would tell them *now*, and the episode they leave.

    *lived*: what :func:`alerts.incidents.advance` made of the *warm* moments. What was over at
    *horizon* is left out. Each other incident is told once, by its strongest moment, as opened
    *now*; if it is over, it is resolved in the same breath.
    """
    episode, events = lived
    told: list[Event] = []
    for _, group in groupby(events, key=lambda event: event.opened):
        story = tuple(group)
        over = story[-1] if story[-1].phase is Phase.RESOLVED else None
        if over and over.at <= horizon:
            continue
        opened = _summary(story, warm, over.at if over else now, now)
        told.append(opened)
        if over:
            told.append(replace(over, topic=opened.topic, severity=opened.severity))
        episode = _agreeing(episode, opened)
    return episode, tuple(told)


def _summary(story: Story, warm: Sequence[Moment], end: datetime, now: datetime) -> Event:
    """*story* up to *end* in one event: its strongest moment and its gravest severity."""
    moments = [spikes for at, spikes in warm if story[0].at <= at <= end]
    spikes = max(filter(_any_raised, moments), key=_height)
    raised = sorted(filter(is_raised, spikes), key=lambda spike: -spike.score)
    lead = leading(spikes)
    onset = story[0].spike.onset if story[0].spike else lead.onset
    return replace(
        story[0],
        reason=NotifyReason.OPENED,
        at=now,
        topic=lead.topic,
        severity=min(event.severity for event in story),
        spike=replace(lead, onset=onset, detected=now),
        topics=tuple(spike.topic for spike in raised if spike.topic is not None),
    )


def _agreeing(episode: Episode | None, opened: Event) -> Episode | None:
    """*episode* with what was told of it."""
    if episode is None or episode.opened != opened.opened or opened.spike is None:
        return episode
    return replace(episode, topic=opened.topic, severity=opened.severity, told=opened.spike.score)


def _any_raised(spikes: Sequence[Spike]) -> bool:
    return any(map(is_raised, spikes))


def _height(spikes: Sequence[Spike]) -> float:
    return max(spike.score for spike in spikes)
