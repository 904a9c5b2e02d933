"""Crises and harmless changes, on counts with an obvious answer."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detection.baseline import score_windows
from alerts.detection.counts import Stream
from alerts.detection.crisis import (
    CRISIS_SCORE,
    HALF_THRESHOLD,
    YOUNG_PENALTY,
    Rule,
    crises,
    notices,
    score,
    severity,
    threshold,
)
from core.incident import IncidentKind
from tests.alerts.detection.test_baseline import HISTORY_START, learn, steady, track

DAYS = 15
RULE = Rule(watch="veloria", threshold=3.0)
VOICES = steady(DAYS, 3.0)
VOICES[-72:] = 0
BASELINE = learn(track(VOICES), hours=(DAYS * 24) - 6)
NOW = HISTORY_START + timedelta(days=DAYS)


def scores_of(negative=(), friendly=(), other=(), baseline=BASELINE):
    """Return scores of the last bucket after six otherwise empty hours; arguments: buckets ago."""
    voices = VOICES.copy()
    for buckets, streams in ((negative, 0), (friendly, 1), (other, 2)):
        for bucket in buckets:
            voices[-1 - bucket, streams:] += 1
    counts = track(voices)
    return score(
        baseline, score_windows(baseline, counts, len(counts.voices) - 1, len(counts.voices))
    )


def crisis_score(*args, **kwargs):
    return float(scores_of(*args, **kwargs).crisis[0, 0])


ago = st.lists(st.integers(0, 71), max_size=60)


@settings(deadline=None)
@given(ago, ago, st.integers(0, 71))
def test_negative_voice_never_lowers_the_score(negative, friendly, more):
    assert crisis_score([*negative, more], friendly) >= crisis_score(negative, friendly) - 1e-9


@settings(deadline=None)
@given(ago, ago)
def test_voices_that_are_not_negative_have_no_score(friendly, other):
    assert crisis_score((), friendly, other) == 0


def test_thirty_negative_voices_in_an_hour_are_a_crisis():
    assert crisis_score(range(12), ()) >= RULE.threshold
    assert crisis_score([n // 3 for n in range(30)]) >= 3 * RULE.threshold


def test_fewer_than_nine_voices_are_no_crisis():
    assert crisis_score([0] * 8) == 0


def test_voices_spread_over_six_hours_must_be_twice_as_many():
    """A steady number of complaints all afternoon is no crisis; a growing one is."""
    slowly = range(0, 72, 4)
    assert crisis_score(slowly) == 0
    assert crisis_score([*slowly, *slowly[1:6]]) >= HALF_THRESHOLD * RULE.threshold


def test_campaign_with_the_normal_share_is_a_notice():
    negative, friendly = [n % 12 for n in range(12)], [n % 12 for n in range(60)]
    scores = scores_of(negative, friendly)
    spikes = notices(scores, RULE, NOW)
    assert scores.crisis[0, 0] == 0
    assert [spike.kind for spike in spikes] == [IncidentKind.ATTENTION]


def test_higher_negative_share_alone_is_a_notice():
    spikes = notices(scores_of(range(0, 70, 5), range(0, 60, 30)), RULE, NOW)
    assert [spike.kind for spike in spikes] == [IncidentKind.SOUR]


def test_six_hours_without_voices_are_a_notice_of_health():
    spikes = notices(scores_of(), RULE, NOW)
    assert [spike.kind for spike in spikes] == [IncidentKind.HEALTH]
    assert spikes[0].observed == 0


def test_spike_has_the_numbers_of_its_window():
    scores = scores_of([n % 12 for n in range(30)], range(10))
    (spike,) = crises(scores, RULE, 0, NOW)
    assert (spike.observed, spike.voices, spike.negative_share) == (30, 40, 0.75)
    assert spike.window_s in {900, 3600, 6 * 3600}
    assert 0 < spike.expected < 5
    assert spike.usual_share == pytest.approx(0.2, abs=0.05)
    assert spike.score == pytest.approx(scores.crisis[0, 0])
    assert spike.detected == NOW
    assert spike.baseline_days == pytest.approx(DAYS - 0.25)


def test_quiet_bucket_has_no_spike():
    assert crises(scores_of([1, 2, 3]), RULE, 0, NOW) == []


@pytest.mark.parametrize(("hostile", "opens"), [(29, False), (30, True)])
def test_young_baseline_needs_thirty_voices_and_tenfold_counts(hostile, opens):
    young = learn(track(VOICES), hours=48)
    scores = scores_of([0] * hostile, baseline=young)
    assert [spike.severity for spike in crises(scores, RULE, 0, NOW)] == [1] * opens


def test_watch_without_history_has_no_spike():
    newborn = learn(track(VOICES), hours=0)
    scores = scores_of(range(0, 70, 3), range(0, 70, 2), baseline=newborn)
    assert crises(scores, RULE, 0, NOW) == []
    assert notices(scores, RULE, NOW) == []


@pytest.mark.parametrize(
    ("units", "score"), [(1, CRISIS_SCORE), (15, CRISIS_SCORE), (100, 4.2), (1000, 5.7)]
)
def test_threshold_depends_on_the_number_of_units(units, score):
    assert threshold(28, units) == pytest.approx(score, abs=0.05)


@given(st.integers(1, 10_000), st.floats(0.1, 10))
def test_threshold_of_a_young_baseline_is_higher(units, budget):
    assert threshold(13.9, units, budget) == threshold(14, units, budget) + YOUNG_PENALTY


@pytest.mark.parametrize(
    ("count", "mean", "worst"),
    [(312, 41.0, 2), (30, 0.4, 1), (6, 0.4, 2), (5, 1.0, 3), (3, 2.0, 4)],
)
def test_severity_depends_on_the_multiple_of_the_normal_level(count, mean, worst):
    assert severity(count, mean) == worst


def test_windows_have_negative_and_scored_voices():
    counts = scores_of([0, 1], [2]).windows.sums.observed
    assert counts[0, -1, Stream.NEGATIVE, 0] == 2
    assert counts[0, -1, Stream.SCORED, 0] == 3
    assert np.isfinite(counts).all()
