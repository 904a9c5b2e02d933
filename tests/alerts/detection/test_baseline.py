"""A baseline learns the normal level, resists a burst and round-trips as JSON."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detection.baseline import (
    BUCKETS_PER_HOUR,
    HOUR,
    expected_counts,
    from_plain,
    initial,
    score_windows,
    to_plain,
)
from alerts.detection.baseline_update import update_baseline
from alerts.detection.counts import Counts, Stream
from alerts.detection.crisis import score, units_with_news
from alerts.detection.seasonality import minutes_of_week
from alerts.detection.tail_scores import MAX_WINDOW

HISTORY_START = datetime(2026, 5, 4, tzinfo=UTC)
LEAD = 72
UTC_ZONE = ZoneInfo("UTC")


def track(voices, covered_buckets=None):
    """Return counts of one unit whose history begins six hours after their start."""
    buckets = len(voices) + LEAD
    all_voices = np.zeros((buckets, 3, 1), np.int64)
    all_voices[LEAD:, :, 0] = voices
    is_covered = np.ones(buckets, np.bool_)
    is_covered[:LEAD] = False
    if covered_buckets is not None:
        is_covered[LEAD:] = covered_buckets
    begin = HISTORY_START - LEAD * timedelta(minutes=5)
    minute = minutes_of_week(begin, buckets, UTC_ZONE)
    return Counts(
        start=begin, units=(None,), voices=all_voices, is_covered=is_covered, minute=minute
    )


def steady(days, an_hour, share=0.2, seed=0):
    random = np.random.default_rng(seed)
    scored_counts = random.poisson(an_hour / BUCKETS_PER_HOUR, days * 288)
    negative = random.binomial(scored_counts, share)
    return np.stack([negative, scored_counts, scored_counts], axis=1)


def learn(counts, baseline=None, hours=None):
    baseline = baseline or initial((None,), HISTORY_START)
    first = counts.bucket(baseline.learnt_to)
    end = len(counts.voices) if hours is None else first + hours * BUCKETS_PER_HOUR
    for place in range(first, end, BUCKETS_PER_HOUR):
        windows = score_windows(baseline, counts, place, place + BUCKETS_PER_HOUR)
        baseline = update_baseline(
            baseline, counts, windows, units_with_news(score(baseline, windows))
        )
    return baseline


@pytest.mark.parametrize("an_hour", [0.5, 3.0, 60.0])
def test_level_and_share_are_learnt_in_two_weeks(an_hour):
    baseline = learn(track(steady(14, an_hour)))
    assert baseline.level[Stream.SCORED, 0] == pytest.approx(an_hour, rel=0.3)
    assert baseline.usual_share[0] == pytest.approx(0.2, abs=0.05)
    assert baseline.history_days == pytest.approx(14)


def test_poisson_counts_have_no_dispersion():
    baseline = learn(track(steady(14, 60.0)))
    assert baseline.dispersion[:, Stream.SCORED, 0].max() < 0.1


def test_burst_of_six_hours_hardly_changes_the_level():
    """Twenty times the normal level for six hours moves it by less than a third."""
    voices = steady(14, 3.0)
    before = learn(track(voices))
    voices[-72:] += 5
    after = learn(track(voices))
    assert after.level[Stream.SCORED, 0] < 1.33 * before.level[Stream.SCORED, 0]


def test_crisis_does_not_change_the_noise():
    """Twenty hours of it change no dispersion, correlation or tail: the next one scores as high."""
    voices = steady(14, 3.0)
    before = learn(track(voices))
    voices[-240:, :] += 1
    after = learn(track(voices))
    for name in ("dispersion", "intraclass_correlation", "tail"):
        assert (getattr(after, name) <= 1.3 * getattr(before, name)).all(), name


def test_new_level_is_learnt_in_two_weeks():
    voices = np.concatenate([steady(7, 6.0), steady(14, 12.0, seed=1)])
    assert learn(track(voices)).level[Stream.SCORED, 0] == pytest.approx(12.0, rel=0.2)


def test_uncovered_hours_are_ignored():
    """They are not hours without voices."""
    voices = steady(7, 6.0)
    covered_buckets = np.ones(len(voices), np.bool_)
    covered_buckets[-24 * BUCKETS_PER_HOUR :] = False
    uncovered_voices = voices.copy()
    uncovered_voices[~covered_buckets] = 0
    baseline = learn(track(uncovered_voices, covered_buckets))
    assert baseline.level.tolist() == learn(track(voices[covered_buckets])).level.tolist()
    assert baseline.history_days == pytest.approx(6)


def test_expected_count_covers_only_covered_buckets():
    voices = steady(3, 6.0)
    covered_buckets = np.ones(len(voices), np.bool_)
    covered_buckets[-36:] = False
    counts = track(voices * covered_buckets[:, None], covered_buckets)
    windows = score_windows(
        initial((None,), HISTORY_START), counts, len(counts.voices) - 1, len(counts.voices)
    )
    quarter, hour, six = windows.sums.expected[0, :, Stream.SCORED, 0]
    assert (quarter, hour) == (0, 0)
    assert six == pytest.approx(36 * 0.5 / BUCKETS_PER_HOUR)


def test_initial_profile_is_used_before_hours_are_learnt():
    profile = np.linspace(0.1, 1.9, 24)
    baseline = initial((None, "app"), HISTORY_START, profile)
    noon, night = expected_counts(baseline, np.array([20 * 60 + 30, 2 * 60 + 30]))[:, 0, 1]
    assert noon / night == pytest.approx(profile[20] / profile[2])


bursts = st.lists(
    st.integers(0, 40), min_size=30 * BUCKETS_PER_HOUR, max_size=30 * BUCKETS_PER_HOUR
)


@settings(max_examples=15, deadline=None)
@given(bursts, st.integers(1, 29))
def test_learning_in_pieces_with_json_between_gives_the_same(burst, cut):
    scored_counts = np.array(burst)
    counts = track(np.stack([scored_counts // 3, scored_counts, scored_counts], axis=1))
    whole = json.dumps(to_plain(learn(counts)))
    piece = from_plain(json.loads(json.dumps(to_plain(learn(counts, hours=cut)))))
    assert json.dumps(to_plain(learn(counts, piece))) == whole


def test_history_starts_after_the_widest_window():
    assert LEAD >= MAX_WINDOW - 1


def test_learning_advances_by_hours():
    counts = track(steady(1, 6.0))
    assert learn(counts, hours=5).learnt_to == HISTORY_START + 5 * HOUR
