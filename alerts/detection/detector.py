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

import numpy as np

from alerts.detection.backfill_events import BackfillView, summarize_backfill
from alerts.detection.backtest import (
    Evaluation,
    HistoryEvaluation,
    ThresholdPolicy,
    evaluate_history,
)
from alerts.detection.baseline import HOUR, Baseline, expected_counts, initial
from alerts.detection.counts import (
    VOICE_WINDOW,
    Counts,
    Interval,
    Stream,
    Unit,
    count_voices,
    mask_gaps,
)
from alerts.detection.crisis import notices
from alerts.detection.detector_state import DetectorState
from alerts.detection.lifecycle import (
    Episode,
    IncidentEvent,
    advance,
    extend_through_gap,
    is_open,
    is_raised,
    issue_notices,
)
from alerts.detection.onset import crowd_negatives, estimate_onset
from alerts.detection.seasonality import Floats
from core.incident import IncidentKind, Spike
from core.observation import Observation
from core.timestamps import BUCKET_WIDTH, floor_to
from core.watch import Watch

LOOKBACK: Final = timedelta(hours=12)  # of counts before the first unlearnt hour: windows and onset
HISTORY_SPAN: Final = timedelta(days=56)  # older mentions no longer affect the season
STRAY_SHARE: Final = 0.01  # of the oldest mentions: ignored for the start of the history
PAST_HORIZON: Final = timedelta(hours=24)  # incidents resolved so long before the first step: none
ONSET_RAMP: Final = timedelta(hours=1)  # after the crossing: later buckets do not date the onset
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

    *observations*: the stored ones of the watch, live and published from :func:`load_start` on, in
    any order. The same arguments give the same result: a step killed before its result was stored
    can run again.
    """
    if context.backfilled_at is None or now < context.backfilled_at:
        return Detection(state=state)
    visible = [o for o in observations if o.first_seen <= now and o.at <= now]
    previous = _current_state(watch, visible, state, now, context)
    counts = _masked_counts(watch, visible, previous.baseline, now, context)
    policy = ThresholdPolicy(watch=watch.slug, units=context.units, budget=context.budget)
    evaluation = evaluate_history(previous.baseline, counts, previous.evaluated_until, now, policy)
    step = _Step(policy, evaluation, counts, previous.evaluated_until, now)
    episode, events = step.advance_episode(previous.episode)
    if state is None:
        view = BackfillView(
            now=now, horizon=context.backfilled_at - PAST_HORIZON, locate=step.locate
        )
        episode, events = summarize_backfill(episode, events, evaluation.warm_evaluations, view)
    notice_spikes = step.current_notices(episode)
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


@dataclass(frozen=True, slots=True)
class _Step:
    """The evaluation of one step, from which its episode and events follow."""

    policy: ThresholdPolicy
    evaluation: HistoryEvaluation
    counts: Counts
    evaluated_until: datetime
    now: datetime

    def advance_episode(
        self, episode: Episode | None
    ) -> tuple[Episode | None, tuple[IncidentEvent, ...]]:
        """Advance *episode* through all warm moments and all gaps up to now."""
        gap_ends = set(map(self._bucket_end, np.flatnonzero(~self.counts.is_covered).tolist()))
        new_gap_ends = {at for at in gap_ends if at > self.evaluated_until}
        moments_without_spikes: list[Evaluation] = [(at, []) for at in (*new_gap_ends, self.now)]
        events: tuple[IncidentEvent, ...] = ()
        for at, spikes in sorted(
            (*self.evaluation.warm_evaluations, *moments_without_spikes),
            key=lambda moment: moment[0],
        ):
            is_new = any(map(is_raised, spikes)) and not is_open(episode)
            onset_spikes = [self.locate(spike, at) for spike in spikes] if is_new else spikes
            episode, new_events = advance(self.policy.watch, episode, onset_spikes, at)
            episode = extend_through_gap(episode, at) if at in new_gap_ends else episode
            events += new_events
        return episode, events

    def locate(self, spike: Spike, crossing: datetime) -> Spike:
        """Return *spike* with its onset, estimated from the counts around *crossing*."""
        baseline, counts = self.evaluation.baseline, self.counts
        first = max(counts.bucket(crossing - LOOKBACK), 0)
        window = slice(first, counts.bucket(crossing + ONSET_RAMP) + 1)
        unit = baseline.units.index(spike.topic)
        voices = counts.voices[window, :, unit]
        negative = voices[:, Stream.NEGATIVE]
        others = np.maximum(voices[:, Stream.SCORED] - negative, 0)  # a voice may turn negative
        means = expected_counts(baseline, counts.minute[window])[:, :, unit]
        usual_negative, usual_scored = means[:, Stream.NEGATIVE], means[:, Stream.SCORED]
        share = float(baseline.usual_share[unit])
        background = usual_negative + crowd_negatives(
            negative, others, usual_scored - usual_negative, share
        )
        return replace(spike, onset=counts.time(first + estimate_onset(negative, background)))

    def current_spikes(self) -> list[Spike]:
        """Return the crisis spikes of now."""
        return [
            spike
            for at, spikes in self.evaluation.warm_evaluations
            if at == self.now
            for spike in spikes
        ]

    def current_notices(self, episode: Episode | None) -> list[Spike]:
        """Return the notices of now; during an open crisis only those on the health of sources."""
        rule = self.policy.rule(self.evaluation.baseline)
        candidates = notices(self.evaluation.scores, rule, self.now)
        return [
            spike
            for spike in candidates
            if spike.kind is IncidentKind.HEALTH or not is_open(episode)
        ]

    def _bucket_end(self, bucket: int) -> datetime:
        return min(self.counts.time(bucket) + BUCKET_WIDTH, self.now)
