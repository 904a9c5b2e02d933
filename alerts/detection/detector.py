"""One detection step for one watch: observations in, incident events out. Pure.

The first step of a watch waits for the end of its first backfill. It evaluates the whole history
hour by hour to learn the baseline, and returns only events that still matter. Every later step
learns the hours that have settled since, and evaluates each bucket since the step before, with the
open one at ``now``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.detection.backfill_events import BackfillView, summarize_backfill
from alerts.detection.backtest import (
    ThresholdPolicy,
    evaluate_history,
)
from alerts.detection.baseline import HOUR, Baseline, initial
from alerts.detection.counts import (
    VOICE_WINDOW,
    Counts,
    Interval,
    Unit,
    count_voices,
    mask_gaps,
)
from alerts.detection.detector_state import DetectorState
from alerts.detection.detector_step import LOOKBACK, DetectorStep
from alerts.detection.lifecycle import (
    IncidentEvent,
    issue_notices,
)
from alerts.detection.news_wave import NewsHistory, news_spikes
from alerts.detection.seasonality import Floats
from core.incident import IncidentKind, Spike
from core.observation import Observation, customers
from core.timestamps import floor_to
from core.watch import Watch

HISTORY_SPAN: Final = timedelta(days=56)  # older mentions no longer affect the season
STRAY_SHARE: Final = 0.01  # of the oldest mentions: ignored for the start of the history
PAST_HORIZON: Final = timedelta(hours=24)  # incidents resolved so long before the first step: none
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionContext:
    """The inputs of a step besides the observations of the watch."""

    taxonomy: tuple[str, ...]  # ids of all topics; a watch without its own topics counts them all
    units: int  # in the installation: watches and topics of watches, for the budget
    backfilled_at: datetime | None  # when the first crawls were complete and scored; None: not yet
    budget: float = 1.0  # false alarms a week that the whole installation accepts
    gaps: tuple[Interval, ...] = ()  # times at which the sources of the watch were not crawled
    history_version: int = 0  # rises when other models or topics change the stored history
    day_profile: Floats | None = None  # normal day (24 hours) of other watches on this clock
    news: NewsHistory | None = None  # None: too few news posts for a wave, or roles are unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """The result of a step; ``state`` and ``events`` must be stored in one transaction."""

    state: DetectorState | None  # None: the first backfill is still running
    spikes: tuple[Spike, ...] = ()  # warm crises (half their threshold) and notices, as of now
    events: tuple[IncidentEvent, ...] = ()  # oldest first
    baselines: Mapping[datetime, Baseline] = field(default_factory=dict)  # of each warm moment


def watch_units(watch: Watch, taxonomy: Sequence[str]) -> tuple[Unit, ...]:
    """Return the units of *watch*: the whole (None), then each of its topics."""
    return (None, *(watch.topics or taxonomy))


def load_start(
    watch: Watch, context: DetectionContext, state: DetectorState | None
) -> datetime | None:
    """Return the oldest publishing time that a step needs for *watch*; None: all its mentions."""
    baseline = _valid_baseline(watch, context, state)
    return baseline.learnt_to - LOOKBACK - VOICE_WINDOW if baseline else None


def detect(
    watch: Watch,
    observations: Sequence[Observation],
    state: DetectorState | None,
    now: datetime,
    context: DetectionContext,
) -> Detection:
    """Evaluate *watch* at *now* and learn the hours that have settled.

    *observations*: the stored ones of the watch, live and published from :func:`load_start` on, of
    all roles and in any order; those of customers are counted. The same arguments give the same
    result: a step killed before its result was stored can run again.
    """
    if context.backfilled_at is None or now < context.backfilled_at:
        return Detection(state=state)
    visible = [o for o in observations if o.first_seen <= now and o.at <= now]
    people = customers(visible)
    previous = _current_state(watch, people, state, now, context)
    counts = _masked_counts(watch, people, previous.baseline, now, context)
    policy = ThresholdPolicy(watch=watch.slug, units=context.units, budget=context.budget)
    evaluation = evaluate_history(previous.baseline, counts, previous.evaluated_until, now, policy)
    step = DetectorStep(policy, evaluation, counts, previous.evaluated_until, now)
    episode, events = step.advance_episode(previous.episode)
    if state is None:
        view = BackfillView(
            now=now, horizon=context.backfilled_at - PAST_HORIZON, locate=step.locate
        )
        episode, events = summarize_backfill(episode, events, evaluation.warm_evaluations, view)
    notice_spikes = [
        *(s for s in step.current_notices(episode) if not _is_heard(s, visible, now)),
        *news_spikes(watch.slug, context.news, now),
    ]
    last_notices, notice_events = issue_notices(previous.last_notices, notice_spikes, now)
    next_state = replace(
        previous,
        baseline=evaluation.baseline,
        evaluated_until=now,
        episode=episode,
        last_notices=last_notices,
    )
    spikes = (*step.current_spikes(), *notice_spikes)
    return Detection(
        state=next_state,
        spikes=spikes,
        events=(*events, *notice_events),
        baselines=evaluation.baselines,
    )


def _is_heard(spike: Spike, observations: Sequence[Observation], now: datetime) -> bool:
    """Return True if *spike* reports silence while news or programs post: the sources work."""
    has_posts = any(now - o.at < VOICE_WINDOW for o in observations)
    return spike.kind is IncidentKind.HEALTH and has_posts


def _valid_baseline(
    watch: Watch, context: DetectionContext, state: DetectorState | None
) -> Baseline | None:
    """Return the baseline of *state*; None if query, topics, zone or history version changed."""
    key = (watch.revision, watch.zone, context.history_version)
    if state is None or (state.query, state.zone, state.history_version) != key:
        return None
    units = watch_units(watch, context.taxonomy)
    return state.baseline if state.baseline.units == units else None


def _current_state(
    watch: Watch,
    observations: Sequence[Observation],
    state: DetectorState | None,
    now: datetime,
    context: DetectionContext,
) -> DetectorState:
    """Return *state* with a baseline valid for the watch, a new one if necessary."""
    return DetectorState(
        query=watch.revision,
        zone=watch.zone,
        history_version=context.history_version,
        baseline=_valid_baseline(watch, context, state)
        or _initial_baseline(watch, observations, now, context),
        evaluated_until=state.evaluated_until if state else EPOCH,
        episode=state.episode if state else None,
        last_notices=state.last_notices if state else {},
    )


def _initial_baseline(
    watch: Watch, observations: Sequence[Observation], now: datetime, context: DetectionContext
) -> Baseline:
    times = sorted(o.at for o in observations if now - o.at < HISTORY_SPAN)
    oldest = times[int(STRAY_SHARE * len(times))] if times else now
    return initial(
        watch_units(watch, context.taxonomy), floor_to(oldest, HOUR), context.day_profile
    )


def _masked_counts(
    watch: Watch,
    observations: Sequence[Observation],
    baseline: Baseline,
    now: datetime,
    context: DetectionContext,
) -> Counts:
    interval = (baseline.learnt_to - LOOKBACK, now)
    counts = count_voices(observations, baseline.units, interval, ZoneInfo(watch.zone))
    return mask_gaps(counts, context.gaps, baseline.begun)
