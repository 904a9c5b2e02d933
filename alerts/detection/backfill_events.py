"""What a replayed history is to readers who were told nothing of it yet. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

from alerts.detection.backtest import Moment
from alerts.detection.lifecycle import Episode, Event, NotifyReason, is_raised, leading
from core.incident import Phase, Spike

Story: TypeAlias = tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who tells a history: when, from where on, and with what eye for onsets."""

    now: datetime
    horizon: datetime  # what was over by then is left out
    locate: Callable[[Spike, datetime], Spike]  # a spike with its onset, given when it crossed


def retell(
    episode: Episode | None, events: Story, warm: Sequence[Moment], teller: Teller
) -> tuple[Episode | None, Story]:
    """The *events* of a history as one would tell them now, and the *episode* they leave.

    Both are what :func:`alerts.detection.lifecycle.advance` made of the *warm* moments. Each
    incident is told once, as it stands, as opened now; if it is over, by its strongest moment, and
    resolved in the same breath.
    """
    told: list[Event] = []
    for _, group in groupby(events, key=lambda event: event.opened):
        story = tuple(group)
        over = story[-1] if story[-1].phase is Phase.RESOLVED else None
        if over and over.at <= teller.horizon:
            continue
        opened = _summary(story, warm, over.at if over else teller.now, teller)
        told.append(opened)
        if over:
            told.append(replace(over, topic=opened.topic, severity=opened.severity))
        episode = _agreeing(episode, opened)
    return episode, tuple(told)


def _summary(story: Story, warm: Sequence[Moment], end: datetime, teller: Teller) -> Event:
    """*story* up to *end* in one event, of its gravest severity: as it stands, or stood highest."""
    moments = [spikes for at, spikes in warm if story[0].at <= at <= end]
    high = list(filter(_any_raised, moments))
    spikes = high[-1] if end >= teller.now else max(high, key=_height)
    raised = sorted(filter(is_raised, spikes), key=lambda spike: -spike.score)
    lead = leading(spikes)
    return replace(
        story[0],
        reason=NotifyReason.OPENED,
        at=teller.now,
        topic=lead.topic,
        severity=min(event.severity for event in story),
        spike=replace(teller.locate(lead, story[0].opened), detected=teller.now),
        topics=tuple(spike.topic for spike in raised if spike.topic is not None),
    )


def _agreeing(episode: Episode | None, opened: Event) -> Episode | None:
    """*episode* with what was told of it."""
    if episode is None or episode.opened != opened.opened or opened.spike is None:
        return episode
    return replace(
        episode,
        onset=opened.spike.onset,
        topic=opened.topic,
        severity=opened.severity,
        told=opened.spike.score,
    )


def _any_raised(spikes: Sequence[Spike]) -> bool:
    return any(map(is_raised, spikes))


def _height(spikes: Sequence[Spike]) -> float:
    return max(spike.score for spike in spikes)
