"""Whole months at every hour of the day: the crisis is detected, and nothing else."""

from datetime import timedelta

import numpy as np
import pytest

from alerts.detection.detector import detect
from alerts.detection.lifecycle import NotifyReason
from core.incident import IncidentKind
from tests.alerts.simulation import WATCH, eventful, moments, setting, with_crisis

pytestmark = pytest.mark.slow

CASES = list(enumerate(moments()))


def crises(corpus, now):
    events = detect(WATCH, corpus.utterances, None, now, setting(now)).events
    return [event for event in events if event.kind is IncidentKind.CRISIS]


def test_the_moments_cover_day_week_and_both_changes_of_the_clock():
    assert {now.hour for _, now in CASES} == set(range(24))
    assert {now.weekday() for _, now in CASES} == set(range(7))
    assert {now.month for _, now in CASES} >= {3, 10}


def test_the_crisis_is_found_alone_and_dated_in_every_month():
    errors = []
    for seed, now in CASES:
        corpus, began = with_crisis(seed, now)
        events = crises(corpus, now)
        assert [event.reason for event in events] == [NotifyReason.OPENED], seed
        errors.append(abs(events[0].spike.onset - began) / timedelta(minutes=1))
    assert np.median(errors) <= 30
    assert max(errors) <= 120


def test_campaign_joy_reposts_quarrel_spam_and_yesterdays_story_are_no_crisis():
    """Every third month again without its crisis; the months above hold the same disturbances."""
    assert [crises(eventful(seed, now), now) for seed, now in CASES[::3]] == [[]] * 8
