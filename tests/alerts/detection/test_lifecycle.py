"""The state machine: one incident per watch, an event per change, resolved after quiet hours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.backfill_events import BackfillView, summarize_backfill
from alerts.detection.lifecycle import (
    NOTICE_INTERVAL,
    REOPEN_WITHIN,
    RESOLVE_AFTER,
    NotifyReason,
    advance,
    extend_through_gap,
    is_open,
    issue_notices,
    lead_spike,
)
from core.incident import IncidentKind, IncidentState, Spike

T0 = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
THRESHOLD = 3.0


def spike(score, topic=None, *, count=30, severity=2, kind=IncidentKind.CRISIS):
    return Spike(
        watch="veloria",
        topic=topic,
        kind=kind,
        severity=severity,
        onset=T0 - HOUR,
        detected=T0,
        window_s=3600,
        observed=count,
        expected=2.0,
        voices=count + 5,
        negative_share=0.8,
        usual_share=0.2,
        score=score,
        threshold=THRESHOLD,
        baseline_days=28.0,
    )


def live(*moments):
    """Return the final episode and the reasons of all events over (hours, spikes…) moments."""
    episode, all_events = None, []
    for hours, *spikes in moments:
        episode, events = advance("veloria", episode, spikes, T0 + hours * HOUR)
        all_events += events
    return episode, all_events


def reasons(*moments):
    return [event.reason.value for event in live(*moments)[1]]


def test_only_a_spike_over_the_threshold_opens():
    assert reasons((0, spike(3.0))) == ["opened"]
    assert reasons((0, spike(2.9))) == []


def test_incident_resolves_after_six_quiet_hours():
    episode, events = live((0, spike(4)), (5.9,), (9,))
    assert [event.reason for event in events] == [NotifyReason.OPENED, NotifyReason.RESOLVED]
    assert events[-1].at == T0 + RESOLVE_AFTER == episode.resolved
    assert events[-1].state is IncidentState.RESOLVED


def test_spike_over_half_the_threshold_keeps_it_open():
    assert reasons((0, spike(4)), (5, spike(1.6)), (10, spike(1.6)), (15.9,)) == ["opened"]


def test_incident_reopens_within_a_day():
    _, events = live((0, spike(4)), (7,), (29, spike(4)))
    assert [event.reason.value for event in events] == ["opened", "resolved", "reopened"]
    assert {event.opened for event in events} == {T0}


def test_new_incident_opens_after_a_day():
    later = (RESOLVE_AFTER + REOPEN_WITHIN) / HOUR + 0.1
    _, events = live((0, spike(4)), (7,), (later, spike(4)))
    assert [event.reason.value for event in events] == ["opened", "resolved", "opened"]
    assert events[-1].opened == events[-1].at != T0


def test_step_after_a_long_pause_resolves_the_incident():
    assert reasons((0, spike(4)), (100,)) == ["opened", "resolved"]
    assert reasons((0, spike(4)), (100, spike(4))) == ["opened", "resolved", "opened"]


@pytest.mark.parametrize(
    ("second", "later_reasons"),
    [
        (spike(4, severity=1), ["worsened"]),
        (spike(8), ["grew"]),
        (spike(7.9), []),
        (spike(4, severity=3), []),
    ],
)
def test_further_events_only_if_it_gets_worse(second, later_reasons):
    assert reasons((0, spike(4)), (1, second)) == ["opened", *later_reasons]


def test_severity_never_decreases_while_open():
    episode, events = live((0, spike(4, severity=1)), (1, spike(9, severity=3)))
    assert episode.severity == events[-1].severity == 1


def test_gap_keeps_the_incident_open():
    """Uncovered hours do not count as quiet."""
    episode, _ = live((0, spike(4)))
    extended = extend_through_gap(episode, T0 + 10 * HOUR)
    assert is_open(advance("veloria", extended, [], T0 + 15 * HOUR)[0])
    assert extend_through_gap(None, T0) is None


@pytest.mark.parametrize(
    ("spikes", "topic"),
    [
        ([spike(4), spike(4, "battery", count=25), spike(4, "app", count=8)], "battery"),
        ([spike(4), spike(4, "battery", count=25), spike(4, "app", count=24)], None),
        ([spike(4), spike(4, "battery", count=10)], None),
        ([spike(4), spike(2, "battery", count=29)], None),
        ([spike(2), spike(4, "app"), spike(5, "battery")], "battery"),
    ],
    ids=["carries", "two alike", "a part", "only warm", "topics alone"],
)
def test_overlapping_spikes_are_one_incident_of_the_leading_topic(spikes, topic):
    _, events = live((0, *spikes))
    assert [event.topic for event in events] == [topic] == [lead_spike(spikes).topic]


def test_topic_of_an_incident_does_not_change():
    _, events = live((0, spike(4, "app")), (1, spike(9), spike(9, "battery")))
    assert [event.topic for event in events] == ["app", "app"]
    assert events[-1].topics == ("battery",)


moments = st.lists(st.tuples(st.floats(0, 12), st.sampled_from([0, 1.6, 3, 5, 11])), max_size=40)


@given(moments)
def test_openings_and_resolutions_alternate(steps):
    """Never two openings without a resolution between, never a resolution of nothing."""
    hours, history = 0.0, []
    for gap, score in steps:
        hours += gap
        history.append((hours, *([spike(score)] if score else [])))
    open_now = False
    for event in live(*history)[1]:
        if event.reason in {NotifyReason.OPENED, NotifyReason.REOPENED}:
            assert not open_now
            open_now = True
        elif event.reason is NotifyReason.RESOLVED:
            assert open_now
            open_now = False
        else:
            assert open_now


def test_notice_is_repeated_after_twelve_hours_without_it():
    sour, last_notices, times = spike(5, kind=IncidentKind.SOUR), {}, []
    for hours in (0, 1, 11, 22, 33, 33 + NOTICE_INTERVAL / HOUR):
        last_notices, events = issue_notices(last_notices, [sour], T0 + hours * HOUR)
        times += [event.at for event in events]
    assert times == [T0, T0 + 33 * HOUR + NOTICE_INTERVAL]


def test_kinds_of_notices_are_independent():
    _, first = issue_notices({}, [spike(5, kind=IncidentKind.SOUR)], T0)
    _, both = issue_notices({IncidentKind.SOUR: T0}, [spike(5, kind=IncidentKind.HEALTH)], T0)
    assert [event.kind for event in (*first, *both)] == [IncidentKind.SOUR, IncidentKind.HEALTH]


def backfill(steps, now, horizon):
    episode, events = live(*steps, (now,))
    warm = [(T0 + hours * HOUR, spikes) for hours, *spikes in steps if spikes]
    view = BackfillView(
        now=T0 + now * HOUR,
        horizon=T0 + horizon * HOUR,
        locate=lambda spike, crossed: replace(spike, onset=crossed - HOUR / 2),
    )
    return summarize_backfill(episode, tuple(events), warm, view)


def test_old_incident_of_the_backfill_has_no_event():
    assert backfill([(0, spike(4))], now=40, horizon=6)[1] == ()


def test_recent_incident_of_the_backfill_is_opened_and_resolved():
    _, events = backfill([(0, spike(4)), (1, spike(7, "app"))], now=20, horizon=6)
    assert [event.reason.value for event in events] == ["opened", "resolved"]
    assert (events[0].at, events[0].opened) == (T0 + 20 * HOUR, T0)
    assert events[0].topic == events[1].topic == "app"


def test_running_incident_of_the_backfill_is_opened_with_its_last_spike():
    steps = [(0, spike(4)), (1, spike(9, severity=1)), (2, spike(5, severity=3))]
    episode, (event,) = backfill(steps, now=3, horizon=-24)
    assert (event.reason, event.severity) == (NotifyReason.OPENED, 1)
    assert (event.spike.score, event.spike.detected) == (5, T0 + 3 * HOUR)
    assert (episode.told, episode.severity, episode.opened) == (5, 1, T0)
    assert episode.onset == event.spike.onset == T0 - HOUR / 2
