"""The error of the onset is at most half an hour in the median and two hours at most."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detection.onset import crowd_negatives, estimate_onset

CASES = 200
BEFORE = 144  # buckets: twelve hours of ordinary voices
RECALL, FALSE_NEGATIVE, SCORED = 0.78, 0.08, 0.8
NEGATIVE = 0.2 * RECALL + 0.8 * FALSE_NEGATIVE


def crisis(random):
    """Return a simulated evening: negative voices by bucket, normal rate, true onset and end."""
    clock = random.uniform(0, 24) + np.arange(BEFORE + 62) / 12
    a_bucket = random.uniform(60, 80) / 288 * NEGATIVE * SCORED
    usual = a_bucket * (1 + 0.8 * np.sin((clock - 8) / 24 * 2 * np.pi))
    began, ramp = BEFORE + random.random(), random.uniform(12, 60)
    share = random.random(random.integers(60, 100)) ** random.choice([1, 1 / 2])
    share[0] = 0.0
    is_scored = random.random(len(share)) < RECALL * SCORED
    voices = random.poisson(usual)
    np.add.at(voices, (began + ramp * share[is_scored]).astype(int), 1)
    return voices, np.maximum(usual * random.uniform(0.7, 1.4), 0.01), began, began + ramp


def first_detection(voices, usual, began):
    """Return the first bucket with ten voices above normal within one hour or six."""
    excess = np.concatenate([[0], np.cumsum(voices - usual)])
    places = range(int(began), len(voices))
    return next(
        n
        for n in places
        if max(excess[n + 1] - excess[n - 11], excess[n + 1] - excess[n - 71]) > 10
    )


@pytest.mark.parametrize("later", [0, 12, 60], ids=["at once", "an hour later", "hours later"])
def test_onsets_of_simulated_crises(later):
    """Errors in minutes over 200 ramps of 1 to 5 hours, detected at different times."""
    random = np.random.default_rng(later)
    errors = []
    for _ in range(CASES):
        voices, usual, began, over = crisis(random)
        end = min(first_detection(voices, usual, began) + later, int(over)) + 1
        errors.append(
            5
            * (
                estimate_onset(voices[end - BEFORE : end], usual[end - BEFORE : end])
                + end
                - BEFORE
                - began
            )
        )
    assert np.median(np.abs(errors)) <= 30
    assert np.max(np.abs(errors)) <= 120


def test_onset_of_a_sudden_step_is_its_bucket():
    voices = np.array([0] * 100 + [5] * 6)
    assert estimate_onset(voices, np.full(106, 0.05)) == 100


def test_single_voice_hours_before_is_not_the_onset():
    voices = np.array([0] * 30 + [1] + [0] * 60 + [3, 4, 6, 8])
    assert estimate_onset(voices, np.full(95, 0.05)) >= 85


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=150), st.floats(0.01, 5))
def test_every_history_has_an_onset_within_it(voices, usual):
    assert 0 <= estimate_onset(np.array(voices), np.full(len(voices), usual)) < len(voices)


def test_few_complaints_amid_praise_are_not_the_onset():
    """In the hours before the crisis sixty people rejoiced, and eight of them were misread."""
    negative = np.array([0] * 60 + [1, 0, 0] * 8 + [0] * 6 + [1, 1, 2, 2, 3, 3])
    others = np.array([0] * 60 + [2, 3] * 12 + [0] * 12)
    usual = np.full(96, 0.02)
    assert estimate_onset(negative, usual) < 75, "the praise must matter"
    assert (
        estimate_onset(
            negative, np.maximum(usual, crowd_negatives(negative, others, np.full(96, 0.1), 0.2))
        )
        >= 85
    )


@given(st.lists(st.integers(0, 30), min_size=1, max_size=150), st.floats(0.01, 0.9))
def test_crowd_negatives_need_a_crowd(others, share):
    """They are of voices above twice the normal level; none at that level, none in a crisis."""
    half, nobody = np.full(len(others), 0.5), np.zeros(len(others))
    negatives = crowd_negatives(nobody, np.array(others), half, share)
    assert len(negatives) == len(others)
    assert (negatives >= 0).all()
    assert negatives.sum() <= sum(others) * share / 2 + 1e-9
    assert not crowd_negatives(nobody, nobody + 1, half, share).any()
    assert not crowd_negatives(2 * np.array(others), np.array(others), half, share).any()
    steady = crowd_negatives(np.zeros(50), np.full(50, 3), np.full(50, 0.5), share)
    assert steady[10:-10] == pytest.approx(share)
