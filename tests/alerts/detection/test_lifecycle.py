"""The state machine: one incident a watch, an event per change, resolved after calm hours."""

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


def spike(score, topic=None, *, observed=30, severity=2, kind=IncidentKind.CRISIS):
    return Spike(
        watch="veloria",
        topic=topic,
        kind=kind,
        severity=severity,
        onset=T0 - HOUR,
        detected=T0,
        window_s=3600,
        observed=observed,
        expected=2.0,
        voices=observed + 5,
        negative_share=0.8,
        usual_share=0.2,
        score=score,
        threshold=THRESHOLD,
        baseline_days=28.0,
    )


def live(*moments):
    """Return the final episode and the reasons of all events over (hours, spikes…) moments."""
    episode, told = None, []
    for hours, *spikes in moments:
        episode, events = advance("veloria", episode, spikes, T0 + hours * HOUR)
        told += events
    return episode, told


def reasons(*moments):
    return [event.reason.value for event in live(*moments)[1]]


def test_a_raised_spike_opens_and_a_warm_one_does_not():
    assert reasons((0, spike(3.0))) == ["opened"]
    assert reasons((0, spike(2.9))) == []


def test_six_calm_hours_resolve_at_the_hour_they_were_full():
    episode, told = live((0, spike(4)), (5.9,), (9,))
    assert [event.reason for event in told] == [NotifyReason.OPENED, NotifyReason.RESOLVED]
    assert told[-1].at == T0 + RESOLVE_AFTER == episode.resolved
    assert told[-1].state is IncidentState.RESOLVED


def test_warmth_keeps_it_open():
    assert reasons((0, spike(4)), (5, spike(1.6)), (10, spike(1.6)), (15.9,)) == ["opened"]


def test_it_comes_back_under_its_own_name_within_a_day():
    _, told = live((0, spike(4)), (7,), (29, spike(4)))
    assert [event.reason.value for event in told] == ["opened", "resolved", "reopened"]
    assert {event.opened for event in told} == {T0}


def test_after_a_day_it_is_another_incident():
    later = (RESOLVE_AFTER + REOPEN_WITHIN) / HOUR + 0.1
    _, told = live((0, spike(4)), (7,), (later, spike(4)))
    assert [event.reason.value for event in told] == ["opened", "resolved", "opened"]
    assert told[-1].opened == told[-1].at != T0


def test_a_step_that_slept_for_days_still_resolves_what_was_open():
    assert reasons((0, spike(4)), (100,)) == ["opened", "resolved"]
    assert reasons((0, spike(4)), (100, spike(4))) == ["opened", "resolved", "opened"]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (spike(4, severity=1), ["worsened"]),
        (spike(8), ["grew"]),
        (spike(7.9), []),
        (spike(4, severity=3), []),
    ],
)
def test_it_is_told_again_only_when_it_gets_worse(second, told):
    assert reasons((0, spike(4)), (1, second)) == ["opened", *told]


def test_severity_never_sinks_before_it_is_resolved():
    episode, told = live((0, spike(4, severity=1)), (1, spike(9, severity=3)))
    assert episode.severity == told[-1].severity == 1


def test_unheard_sources_keep_it_open():
    """Uncovered hours are no recovery."""
    episode, _ = live((0, spike(4)))
    held = extend_through_gap(episode, T0 + 10 * HOUR)
    assert is_open(advance("veloria", held, [], T0 + 15 * HOUR)[0])
    assert extend_through_gap(None, T0) is None


@pytest.mark.parametrize(
    ("spikes", "topic"),
    [
        ([spike(4), spike(4, "battery", observed=25), spike(4, "app", observed=8)], "battery"),
        ([spike(4), spike(4, "battery", observed=25), spike(4, "app", observed=24)], None),
        ([spike(4), spike(4, "battery", observed=10)], None),
        ([spike(4), spike(2, "battery", observed=29)], None),
        ([spike(2), spike(4, "app"), spike(5, "battery")], "battery"),
    ],
    ids=["carries", "two alike", "a part", "only warm", "topics alone"],
)
def test_overlapping_spikes_are_one_incident_of_the_topic_that_carries_it(spikes, topic):
    _, told = live((0, *spikes))
    assert [event.topic for event in told] == [topic] == [lead_spike(spikes).topic]


def test_its_topic_stays_what_it_was_called():
    _, told = live((0, spike(4, "app")), (1, spike(9), spike(9, "battery")))
    assert [event.topic for event in told] == ["app", "app"]
    assert told[-1].topics == ("battery",)


moments = st.lists(st.tuples(st.floats(0, 12), st.sampled_from([0, 1.6, 3, 5, 11])), max_size=40)


@given(moments)
def test_any_history_is_a_chain_of_openings_and_resolutions(steps):
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


def test_a_notice_is_told_once_until_it_was_gone_for_twelve_hours():
    sour, noticed, told = spike(5, kind=IncidentKind.SOUR), {}, []
    for hours in (0, 1, 11, 22, 33, 33 + NOTICE_INTERVAL / HOUR):
        noticed, events = issue_notices(noticed, [sour], T0 + hours * HOUR)
        told += [event.at for event in events]
    assert told == [T0, T0 + 33 * HOUR + NOTICE_INTERVAL]


def test_kinds_of_notices_are_quiet_each_for_itself():
    _, first = issue_notices({}, [spike(5, kind=IncidentKind.SOUR)], T0)
    _, both = issue_notices({IncidentKind.SOUR: T0}, [spike(5, kind=IncidentKind.HEALTH)], T0)
    assert [event.kind for event in (*first, *both)] == [IncidentKind.SOUR, IncidentKind.HEALTH]


def retold(steps, now, horizon):
    episode, events = live(*steps, (now,))
    warm = [(T0 + hours * HOUR, spikes) for hours, *spikes in steps if spikes]
    teller = BackfillView(
        now=T0 + now * HOUR,
        horizon=T0 + horizon * HOUR,
        locate=lambda spike, crossed: replace(spike, onset=crossed - HOUR / 2),
    )
    return summarize_backfill(episode, tuple(events), warm, teller)


def test_what_was_over_long_before_is_not_told():
    assert retold([(0, spike(4))], now=40, horizon=6)[1] == ()


def test_what_was_over_lately_is_told_as_opened_and_resolved():
    _, events = retold([(0, spike(4)), (1, spike(7, "app"))], now=20, horizon=6)
    assert [event.reason.value for event in events] == ["opened", "resolved"]
    assert (events[0].at, events[0].opened) == (T0 + 20 * HOUR, T0)
    assert events[0].topic == events[1].topic == "app"


def test_what_still_runs_is_told_once_as_it_stands():
    steps = [(0, spike(4)), (1, spike(9, severity=1)), (2, spike(5, severity=3))]
    episode, (event,) = retold(steps, now=3, horizon=-24)
    assert (event.reason, event.severity) == (NotifyReason.OPENED, 1)
    assert (event.spike.score, event.spike.detected) == (5, T0 + 3 * HOUR)
    assert (episode.told, episode.severity, episode.opened) == (5, 1, T0)
    assert episode.onset == event.spike.onset == T0 - HOUR / 2
