"""Whole months at every hour of the day: the crisis is detected, and nothing else."""

from datetime import timedelta

import numpy as np
import pytest

from alerts.detection.detector import detect
from alerts.detection.lifecycle import NotifyReason
from core.incident import IncidentKind
from tests.alerts.simulation import WATCH, make_context, moments, with_crisis, without_crisis

pytestmark = pytest.mark.slow

CASES = list(enumerate(moments()))


def crises(corpus, now):
    events = detect(WATCH, corpus.observations, None, now, make_context(now)).events
    return [event for event in events if event.kind is IncidentKind.CRISIS]


def test_times_cover_hours_weekdays_and_both_clock_changes():
    assert {now.hour for _, now in CASES} == set(range(24))
    assert {now.weekday() for _, now in CASES} == set(range(7))
    assert {now.month for _, now in CASES} >= {3, 10}


def test_every_month_has_exactly_its_crisis_with_its_onset():
    errors = []
    for seed, now in CASES:
        corpus, began = with_crisis(seed, now)
        events = crises(corpus, now)
        assert [event.reason for event in events] == [NotifyReason.OPENED], seed
        errors.append(abs(events[0].spike.onset - began) / timedelta(minutes=1))
    assert np.median(errors) <= 30
    assert max(errors) <= 120


def test_harmless_events_are_no_crisis():
    """Campaign, praise, reposts, quarrel, spam and a story of yesterday, in every third month."""
    assert [crises(without_crisis(seed, now), now) for seed, now in CASES[::3]] == [[]] * 8
