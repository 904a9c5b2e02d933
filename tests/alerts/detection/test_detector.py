"""Consecutive steps: the same result in pieces, no event before the backfill, none twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.detection.detector import PAST_HORIZON, detect, load_start, watch_units
from alerts.detection.detector_state import from_json, to_json
from alerts.detection.detector_step import LOOKBACK
from alerts.detection.lifecycle import NotifyReason
from core.incident import IncidentKind, IncidentState
from tests.alerts.simulation import TOPICS, WATCH, Corpus, make_context, with_crisis

NOW = datetime(2026, 5, 6, 15, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE = NOW - 5 * HOUR  # when the first step of the live watch ran
ONSET = NOW - 3 * HOUR


def corpus(days=20, **options):
    sample = Corpus(now=NOW, random=Random(7))
    sample.add_background(days=days, **options)
    return sample


@pytest.fixture(scope="module")
def calm():
    return corpus().observations


@pytest.fixture(scope="module")
def hot():
    sample = corpus()
    sample.crisis(ONSET, 2 * HOUR)
    return sample.observations


@pytest.fixture(scope="module")
def first(hot):
    """Return the state after the first step, before the crisis."""
    return detect(WATCH, hot, None, BEFORE, make_context(BEFORE)).state


def run_steps(utterances, state, times, context):
    """Run a step at each of *times* on only the mentions it needs, with JSON in between."""
    events = []
    for now in times:
        oldest = load_start(WATCH, context, state)
        recent = [u for u in utterances if u.at >= oldest]
        detection = detect(WATCH, recent, from_json(to_json(state)), now, context)
        state, events = detection.state, [*events, *detection.events]
    return state, events


def test_nothing_is_detected_before_the_backfill_is_complete(hot):
    assert detect(WATCH, hot, None, NOW, make_context(None)).state is None
    assert detect(WATCH, hot, None, NOW, make_context(NOW + HOUR)).events == ()


def test_running_crisis_opens_at_the_first_step(hot):
    detection = detect(WATCH, hot, None, NOW, make_context(NOW))
    (event,) = detection.events
    assert (event.reason, event.topic, event.state) == (
        NotifyReason.OPENED,
        "battery",
        IncidentState.OPEN,
    )
    assert event.at == event.spike.detected == NOW
    assert abs(event.spike.onset - ONSET) < 2 * HOUR
    assert event.spike.observed >= 10 * event.spike.expected
    assert detection.spikes


def test_quiet_month_gives_a_baseline_and_no_event(calm):
    detection = detect(WATCH, calm, None, NOW, make_context(NOW))
    assert detection.events == detection.spikes == ()
    assert 19 < detection.state.baseline.history_days < 20


def test_crisis_opens_once_while_it_grows(hot, first):
    times = [BEFORE + n * timedelta(minutes=10) for n in range(1, 31)]
    _, events = run_steps(hot, first, times, make_context(BEFORE))
    crises = [event for event in events if event.kind is IncidentKind.CRISIS]
    assert [event.reason for event in crises].count(NotifyReason.OPENED) == 1
    assert crises[0].at < ONSET + 1.5 * HOUR
    assert {event.opened for event in crises} == {crises[0].at}


def test_one_step_or_many_give_the_same_state(hot, first):
    context = make_context(BEFORE)
    pieces, _ = run_steps(
        hot, first, [BEFORE + n * 47 * timedelta(minutes=1) for n in range(6)], context
    )
    pieces, _ = run_steps(hot, pieces, [NOW], context)
    whole = detect(WATCH, hot, first, NOW, context).state
    assert to_json(replace(pieces, episode=None)) == to_json(replace(whole, episode=None))


def test_repeated_step_gives_the_same_result(hot, first):
    """A step that was killed before its commit runs again."""
    once, again = (detect(WATCH, hot, first, NOW, make_context(BEFORE)) for _ in range(2))
    assert once.events == again.events
    assert to_json(once.state) == to_json(again.state)


def test_event_is_not_repeated(hot, first):
    context = make_context(BEFORE)
    detection = detect(WATCH, hot, first, NOW, context)
    assert detection.events
    assert detect(WATCH, hot, detection.state, NOW + timedelta(seconds=15), context).events == ()


def test_state_round_trips_as_json(hot):
    state = detect(WATCH, hot, None, NOW, make_context(NOW)).state
    assert state.episode
    assert to_json(from_json(to_json(state))) == to_json(state)
    assert from_json(to_json(state)).episode == state.episode


@pytest.mark.parametrize(("days_ago", "reasons"), [(4.0, []), (0.7, ["opened", "resolved"])])
def test_crisis_resolved_before_the_first_step_is_reported_if_recent(days_ago, reasons):
    sample = corpus()
    sample.crisis(NOW - timedelta(days=days_ago), 2 * HOUR, voices=60)
    detection = detect(WATCH, sample.observations, None, NOW, make_context(NOW))
    assert [event.reason.value for event in detection.events] == reasons
    assert all(event.at > NOW - PAST_HORIZON - 12 * HOUR for event in detection.events)


def test_crisis_resolves_after_six_quiet_hours(hot, first):
    later = NOW + 14 * HOUR
    _, events = run_steps(hot, first, [NOW, NOW + 5 * HOUR, later], make_context(BEFORE))
    assert events[-1].reason is NotifyReason.RESOLVED
    assert events[-1].at < later


def test_crisis_does_not_resolve_during_a_gap(hot, first):
    later = NOW + 14 * HOUR
    context = make_context(BEFORE, gaps=((NOW, later + HOUR),))
    state, events = run_steps(hot, first, [NOW, later], context)
    assert NotifyReason.RESOLVED not in {event.reason for event in events}
    assert state.episode.resolved is None


def test_one_account_cannot_open_a_crisis(calm):
    sample = corpus()
    for n in range(300):
        sample.add(NOW - n * timedelta(seconds=30), "loud", negative=True, topics=TOPICS)
    assert detect(WATCH, sample.observations, None, NOW, make_context(NOW)).events == ()


def test_watch_without_mentions_has_no_event():
    detection = detect(WATCH, [], None, NOW, make_context(NOW))
    assert detection.events == ()
    assert detect(WATCH, [], detection.state, NOW + 30 * HOUR, make_context(NOW)).events == ()


def test_mentions_from_the_future_do_not_count(hot):
    early = detect(WATCH, hot, None, BEFORE, make_context(BEFORE)).state
    until_then = [u for u in hot if u.at <= BEFORE]
    assert to_json(detect(WATCH, until_then, None, BEFORE, make_context(BEFORE)).state) == to_json(
        early
    )


def test_single_old_mentions_do_not_extend_the_history(calm):
    old = replace(calm[0], id="old", at=NOW - timedelta(days=50))
    assert (
        detect(WATCH, [old, *calm], None, NOW, make_context(NOW)).state.baseline.history_days < 21
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "edited_watch",
    [replace(WATCH, revision="r2"), replace(WATCH, zone="UTC"), replace(WATCH, topics=("app",))],
    ids=["query", "clock", "topics"],
)
def test_edited_watch_is_learnt_again_without_an_event(hot, edited_watch):
    context = make_context(BEFORE)
    detection = detect(WATCH, hot, None, NOW, make_context(NOW))
    assert load_start(edited_watch, context, detection.state) is None
    assert (
        load_start(WATCH, context, detection.state) < detection.state.baseline.learnt_to - LOOKBACK
    )
    after = detect(edited_watch, hot, detection.state, NOW + timedelta(minutes=1), context)
    assert after.events == ()
    assert after.state.baseline.units == watch_units(edited_watch, TOPICS)


def test_watch_without_topics_has_those_of_the_taxonomy():
    assert watch_units(replace(WATCH, topics=()), ("a", "b")) == (None, "a", "b")


def test_crisis_during_a_clock_change_opens_once():
    """The repeated hour neither hides nor doubles the crisis."""
    now = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    sample, began = with_crisis(3, now)
    events = detect(WATCH, sample.observations, None, now, make_context(now)).events
    assert [event.reason for event in events] == [NotifyReason.OPENED]
    assert abs(events[0].spike.onset - began) < 2 * HOUR


def notice_kinds(utterances, now=NOW):
    detection = detect(WATCH, utterances, None, now, make_context(now))
    return [event.kind for event in detection.events if event.reason is NotifyReason.NOTICED]


def test_campaign_is_noticed_once_in_twelve_hours():
    sample = corpus()
    sample.burst(NOW - 2 * HOUR, 2, 90, 0.05, "campaign")
    detection = detect(WATCH, sample.observations, None, NOW, make_context(NOW))
    assert [event.kind for event in detection.events] == [IncidentKind.ATTENTION]
    assert IncidentKind.ATTENTION in {spike.kind for spike in detection.spikes}
    after = detect(WATCH, sample.observations, detection.state, NOW + HOUR / 4, make_context(NOW))
    assert after.events == ()


def test_campaign_of_last_week_is_not_noticed():
    sample = corpus()
    sample.burst(NOW - 7 * 24 * HOUR, 2, 90, 0.05, "campaign")
    assert notice_kinds(sample.observations) == []


def test_campaign_beside_an_open_crisis_is_not_noticed():
    sample = corpus()
    sample.crisis(NOW - 2 * HOUR, 2 * HOUR)
    sample.burst(NOW - 2 * HOUR, 2, 30, 0.05, "campaign", "price")
    assert notice_kinds(sample.observations) == []


def test_watch_without_mentions_for_hours_is_noticed():
    """Twenty days of 300 mentions a day, then eight hours of nothing by day."""
    sample = corpus(mentions_per_day=300.0, voices=4000)
    until_then = [u for u in sample.observations if u.at < NOW - 8 * HOUR]
    assert notice_kinds(until_then) == [IncidentKind.HEALTH]


@pytest.mark.parametrize(("days", "count"), [(2, 0), (10, 1), (20, 1)])
def test_young_baseline_opens_no_small_crisis(days, count):
    """Twenty-five voices are no crisis for a watch of two days, whatever their sentiment."""
    sample = corpus(days=days)
    sample.crisis(NOW - 2 * HOUR, 2 * HOUR, voices=35)
    events = detect(WATCH, sample.observations, None, NOW, make_context(NOW)).events
    assert [event.kind for event in events] == [IncidentKind.CRISIS] * count


def test_mentions_crawled_late_can_open_a_crisis(hot, first):
    """A crisis crawled two hours late opens at the crawl."""
    late = [replace(u, first_seen=NOW) if u.voice.startswith("crisis") else u for u in hot]
    before = detect(WATCH, late, first, NOW - HOUR / 60, make_context(BEFORE))
    detection = detect(WATCH, late, before.state, NOW, make_context(BEFORE))
    assert before.events == ()
    assert [event.reason for event in detection.events] == [NotifyReason.OPENED]
    assert detection.events[0].at == NOW
