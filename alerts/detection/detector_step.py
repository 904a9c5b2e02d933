"""The evaluation of one detection step, from which an episode, its events and spikes follow."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.backtest import Evaluation, HistoryEvaluation, ThresholdPolicy
from alerts.detection.baseline import expected_counts
from alerts.detection.counts import Counts, Stream
from alerts.detection.crisis import notices
from alerts.detection.lifecycle import (
    Episode,
    IncidentEvent,
    advance,
    extend_through_gap,
    is_open,
    is_raised,
)
from alerts.detection.onset import crowd_negatives, estimate_onset
from core.incident import IncidentKind, Spike
from core.timestamps import BUCKET_WIDTH

LOOKBACK: Final = timedelta(hours=12)  # of counts before the first unlearnt hour: windows and onset
ONSET_RAMP: Final = timedelta(hours=1)  # after the crossing: later buckets do not date the onset


@dataclass(frozen=True, slots=True)
class DetectorStep:
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
