"""A baseline learns the usual level, resists one burst and survives as JSON."""

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

BEGUN = datetime(2026, 5, 4, tzinfo=UTC)
LEAD = 72
UTC_ZONE = ZoneInfo("UTC")


def track(voices, heard=None):
    """Counts of one unit whose history begins six hours after their start."""
    buckets = len(voices) + LEAD
    padded = np.zeros((buckets, 3, 1), np.int64)
    padded[LEAD:, :, 0] = voices
    known = np.ones(buckets, np.bool_)
    known[:LEAD] = False
    if heard is not None:
        known[LEAD:] = heard
    begin = BEGUN - LEAD * timedelta(minutes=5)
    minute = minutes_of_week(begin, buckets, UTC_ZONE)
    return Counts(start=begin, units=(None,), voices=padded, is_covered=known, minute=minute)


def steady(days, an_hour, share=0.2, seed=0):
    random = np.random.default_rng(seed)
    scored = random.poisson(an_hour / BUCKETS_PER_HOUR, days * 288)
    negative = random.binomial(scored, share)
    return np.stack([negative, scored, scored], axis=1)


def taught(counts, baseline=None, hours=None):
    baseline = baseline or initial((None,), BEGUN)
    first = counts.bucket(baseline.learnt_to)
    end = len(counts.voices) if hours is None else first + hours * BUCKETS_PER_HOUR
    for place in range(first, end, BUCKETS_PER_HOUR):
        windows = score_windows(baseline, counts, place, place + BUCKETS_PER_HOUR)
        baseline = update_baseline(
            baseline, counts, windows, units_with_news(score(baseline, windows))
        )
    return baseline


@pytest.mark.parametrize("an_hour", [0.5, 3.0, 60.0])
def test_two_weeks_teach_level_and_share(an_hour):
    baseline = taught(track(steady(14, an_hour)))
    assert baseline.level[Stream.SCORED, 0] == pytest.approx(an_hour, rel=0.3)
    assert baseline.usual_share[0] == pytest.approx(0.2, abs=0.05)
    assert baseline.history_days == pytest.approx(14)


def test_chance_alone_is_no_spread():
    baseline = taught(track(steady(14, 60.0)))
    assert baseline.dispersion[:, Stream.SCORED, 0].max() < 0.1


def test_a_burst_of_six_hours_is_hardly_learnt():
    """Twenty times the usual for a quarter of a day moves the level by less than a third."""
    voices = steady(14, 3.0)
    before = taught(track(voices))
    voices[-72:] += 5
    after = taught(track(voices))
    assert after.level[Stream.SCORED, 0] < 1.33 * before.level[Stream.SCORED, 0]


def test_a_crisis_is_no_noise():
    """Twenty hours of it change no spread, correlation or tail: the next one scores as high."""
    voices = steady(14, 3.0)
    before = taught(track(voices))
    voices[-240:, :] += 1
    after = taught(track(voices))
    for name in ("dispersion", "intraclass_correlation", "tail"):
        assert (getattr(after, name) <= 1.3 * getattr(before, name)).all(), name


def test_a_new_normal_is_learnt_in_two_weeks():
    voices = np.concatenate([steady(7, 6.0), steady(14, 12.0, seed=1)])
    assert taught(track(voices)).level[Stream.SCORED, 0] == pytest.approx(12.0, rel=0.2)


def test_an_unheard_hour_teaches_nothing():
    """Uncovered hours are not hours without voices."""
    voices = steady(7, 6.0)
    heard = np.ones(len(voices), np.bool_)
    heard[-24 * BUCKETS_PER_HOUR :] = False
    dark = voices.copy()
    dark[~heard] = 0
    baseline = taught(track(dark, heard))
    assert baseline.level.tolist() == taught(track(voices[heard])).level.tolist()
    assert baseline.history_days == pytest.approx(6)


def test_a_window_is_compared_with_its_heard_part_only():
    voices = steady(3, 6.0)
    heard = np.ones(len(voices), np.bool_)
    heard[-36:] = False
    counts = track(voices * heard[:, None], heard)
    windows = score_windows(
        initial((None,), BEGUN), counts, len(counts.voices) - 1, len(counts.voices)
    )
    quarter, hour, six = windows.sums.expected[0, :, Stream.SCORED, 0]
    assert (quarter, hour) == (0, 0)
    assert six == pytest.approx(36 * 0.5 / BUCKETS_PER_HOUR)


def test_a_pooled_profile_is_believed_until_hours_are_known():
    profile = np.linspace(0.1, 1.9, 24)
    baseline = initial((None, "app"), BEGUN, profile)
    noon, night = expected_counts(baseline, np.array([20 * 60 + 30, 2 * 60 + 30]))[:, 0, 1]
    assert noon / night == pytest.approx(profile[20] / profile[2])


bursts = st.lists(
    st.integers(0, 40), min_size=30 * BUCKETS_PER_HOUR, max_size=30 * BUCKETS_PER_HOUR
)


@settings(max_examples=15, deadline=None)
@given(bursts, st.integers(1, 29))
def test_in_pieces_with_json_between_it_learns_the_same_to_the_bit(burst, cut):
    scored = np.array(burst)
    counts = track(np.stack([scored // 3, scored, scored], axis=1))
    whole = json.dumps(to_plain(taught(counts)))
    piece = from_plain(json.loads(json.dumps(to_plain(taught(counts, hours=cut)))))
    assert json.dumps(to_plain(taught(counts, piece))) == whole


def test_a_view_needs_six_hours_of_counts_before_it():
    assert LEAD >= MAX_WINDOW - 1


def test_learning_goes_on_by_the_hour():
    counts = track(steady(1, 6.0))
    assert taught(counts, hours=5).learnt_to == BEGUN + 5 * HOUR
