"""Events of a history that was evaluated in one go, as readers receive them. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

from alerts.detection.backtest import Evaluation
from alerts.detection.lifecycle import Episode, IncidentEvent, NotifyReason, is_raised, lead_spike
from core.incident import IncidentState, Spike

Events: TypeAlias = tuple[IncidentEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillView:
    """The time of a summary, the oldest end of an incident in it, and the estimator of onsets."""

    now: datetime
    horizon: datetime  # incidents resolved by then are left out
    locate: Callable[[Spike, datetime], Spike]  # (spike, crossing) to the spike with its onset


def summarize_backfill(
    episode: Episode | None, events: Events, evaluations: Sequence[Evaluation], view: BackfillView
) -> tuple[Episode | None, Events]:
    """Return *episode* and *events* of a history, with one opening per incident, dated now.

    Both come from :func:`alerts.detection.lifecycle.advance` over *evaluations*. An open incident
    is summarized by its newest raised moment. A resolved one is summarized by its strongest moment,
    and its resolution follows.
    """
    summaries: list[IncidentEvent] = []
    for _, group in groupby(events, key=lambda event: event.opened):
        incident_events = tuple(group)
        resolution = (
            incident_events[-1] if incident_events[-1].state is IncidentState.RESOLVED else None
        )
        if resolution and resolution.at <= view.horizon:
            continue
        opening = _summarize(
            incident_events, evaluations, resolution.at if resolution else view.now, view
        )
        summaries.append(opening)
        if resolution:
            summaries.append(replace(resolution, topic=opening.topic, severity=opening.severity))
        episode = _align_episode(episode, opening)
    return episode, tuple(summaries)


def _summarize(
    incident_events: Events, evaluations: Sequence[Evaluation], end: datetime, view: BackfillView
) -> IncidentEvent:
    """Return the events of one incident up to *end* as one, of its gravest severity.

    Its spike is the newest raised one if *end* is now or later, else the strongest one.
    """
    moments = [spikes for at, spikes in evaluations if incident_events[0].at <= at <= end]
    raised_moments = list(filter(_has_raised, moments))
    spikes = raised_moments[-1] if end >= view.now else max(raised_moments, key=_peak_score)
    by_score = sorted(filter(is_raised, spikes), key=lambda spike: -spike.score)
    lead = lead_spike(spikes)
    return replace(
        incident_events[0],
        reason=NotifyReason.OPENED,
        at=view.now,
        topic=lead.topic,
        severity=min(event.severity for event in incident_events),
        spike=replace(view.locate(lead, incident_events[0].opened), detected=view.now),
        topics=tuple(spike.topic for spike in by_score if spike.topic is not None),
    )


def _align_episode(episode: Episode | None, opening: IncidentEvent) -> Episode | None:
    """Return *episode* with the values of *opening*, if that is its opening."""
    if episode is None or episode.opened != opening.opened or opening.spike is None:
        return episode
    return replace(
        episode,
        onset=opening.spike.onset,
        topic=opening.topic,
        severity=opening.severity,
        told=opening.spike.score,
    )


def _has_raised(spikes: Sequence[Spike]) -> bool:
    return any(map(is_raised, spikes))


def _peak_score(spikes: Sequence[Spike]) -> float:
    return max(spike.score for spike in spikes)
