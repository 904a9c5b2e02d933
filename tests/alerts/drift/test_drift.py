"""Drift of one source: found, followed, ended, accepted; the reference moves on."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.drift import drift
from alerts.drift.drift import MAX_ALARM, MIN_REFERENCE_DAYS, DriftState, Score

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def scores(first, last, posts, mean=0.0, seed=1):
    """Return *posts* scores a day around *mean* on the days [first, last) after START."""
    random = np.random.default_rng((seed, first))
    values = np.clip(random.normal(mean, 0.5, (last - first, posts)), -1, 1)
    return [
        Score(START + (first + n) * DAY + DAY * k / posts, float(value))
        for n, row in enumerate(values)
        for k, value in enumerate(row)
    ]


def follow(rows, days, state=None):
    """Return the states after each of *days*, one step a day."""
    state = state or DriftState()
    states = []
    for day in days:
        now = START + day * DAY
        new_scores = [s for s in rows if state.learnt_to <= s.at < now]
        state = drift.from_json(drift.to_json(state), state.learnt_to)  # as stored between steps
        state = drift.update(state, new_scores, now)
        states.append(state)
    return states


@pytest.mark.parametrize(("posts", "size"), [(50, 0.15), (50, -0.15), (500, 0.15)])
def test_shift_is_found_within_a_thousand_posts(posts, size):
    rows = scores(0, 60, posts) + scores(60, 82, posts, size)
    states = follow(rows, range(40, 61 + 1000 // posts))
    assert [s.alarm for s in states if s.learnt_to < START + 57 * DAY] == [None] * 20
    alarm = states[-1].alarm
    assert alarm is not None
    assert abs(alarm.since - (START + 60 * DAY)) <= 4 * DAY
    assert alarm.mean - alarm.reference == pytest.approx(size, abs=0.06)
    assert alarm.posts >= 1000


def test_new_source_has_no_alarm_before_it_has_a_reference():
    rows = scores(0, 5, 500) + scores(5, 14, 500, 0.5)
    states = follow(rows, range(1, MIN_REFERENCE_DAYS))
    assert [s.alarm for s in states] == [None] * (MIN_REFERENCE_DAYS - 1)


def test_alarm_ends_when_the_scores_return():
    rows = scores(0, 40, 200) + scores(40, 46, 200, 0.3) + scores(46, 70, 200)
    states = follow(rows, range(40, 66))
    assert states[5].alarm is not None
    assert states[-1].alarm is None


def test_alarm_keeps_its_start_and_reference_while_it_lasts():
    rows = scores(0, 40, 200) + scores(40, 60, 200, 0.3)
    alarms = [s.alarm for s in follow(rows, range(45, 60))]
    assert len({alarm.since for alarm in alarms}) == 1
    assert all(alarm.reference == pytest.approx(0.0, abs=0.05) for alarm in alarms)


def test_new_level_is_normal_after_four_weeks():
    rows = scores(0, 40, 200) + scores(40, 100, 200, 0.3)
    states = follow(rows, range(45, 95))
    assert states[0].alarm is not None
    accepted = MAX_ALARM.days + 1
    assert states[accepted - 1].alarm is not None
    assert {s.alarm for s in states[accepted:]} == {None}


def test_source_with_few_posts_is_not_compared():
    rows = scores(0, 60, 5) + scores(60, 80, 5, 0.6)
    assert follow(rows, [60, 80])[-1].alarm is None


def test_stored_state_is_bounded_and_repeats_no_post():
    rows = scores(0, 200, 20)
    state = follow(rows, range(10, 200, 10))[-1]
    days = [d.day for d in state.days]
    assert len(days) == len(set(days)) <= drift.REFERENCE_DAYS + drift.MAX_WINDOW_DAYS
    assert {d.count for d in state.days} == {20}
