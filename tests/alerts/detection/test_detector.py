"""Consecutive steps: the same result in pieces, nothing before the backfill, nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.detection.detector import LOOKBACK, PAST_HORIZON, detect, load_start, watch_units
from alerts.detection.detector_state import from_json, to_json
from alerts.detection.lifecycle import NotifyReason
from core.incident import IncidentKind, IncidentState
from tests.alerts.simulation import TOPICS, WATCH, Corpus, setting, with_crisis

NOW = datetime(2026, 5, 6, 15, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE = NOW - 5 * HOUR  # when the first step of the live watch ran
ONSET = NOW - 3 * HOUR


def corpus(days=20, **ordinary):
    sample = Corpus(now=NOW, random=Random(7))
    sample.ordinary(days=days, **ordinary)
    return sample


@pytest.fixture(scope="module")
def calm():
    return corpus().utterances


@pytest.fixture(scope="module")
def hot():
    sample = corpus()
    sample.crisis(ONSET, 2 * HOUR)
    return sample.utterances


@pytest.fixture(scope="module")
def first(hot):
    """The state after the first step, before the crisis."""
    return detect(WATCH, hot, None, BEFORE, setting(BEFORE)).state


def steps(utterances, standing, times, known):
    """Run a step at each of *times* on only the mentions it needs, with JSON in between."""
    events = []
    for now in times:
        oldest = load_start(WATCH, known, standing)
        loaded = [u for u in utterances if u.at >= oldest]
        detection = detect(WATCH, loaded, from_json(to_json(standing)), now, known)
        standing, events = detection.state, [*events, *detection.events]
    return standing, events


def test_nothing_is_judged_before_the_back_fill_has_ended(hot):
    assert detect(WATCH, hot, None, NOW, setting(None)).state is None
    assert detect(WATCH, hot, None, NOW, setting(NOW + HOUR)).events == ()


def test_a_running_crisis_is_told_by_the_first_step(hot):
    detection = detect(WATCH, hot, None, NOW, setting(NOW))
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


def test_a_calm_month_leaves_a_baseline_and_no_event(calm):
    detection = detect(WATCH, calm, None, NOW, setting(NOW))
    assert detection.events == detection.spikes == ()
    assert 19 < detection.state.baseline.history_days < 20


def test_live_the_crisis_opens_while_it_grows_and_once(hot, first):
    times = [BEFORE + n * timedelta(minutes=10) for n in range(1, 31)]
    _, events = steps(hot, first, times, setting(BEFORE))
    crises = [event for event in events if event.kind is IncidentKind.CRISIS]
    assert [event.reason for event in crises].count(NotifyReason.OPENED) == 1
    assert crises[0].at < ONSET + 1.5 * HOUR
    assert {event.opened for event in crises} == {crises[0].at}


def test_in_one_go_or_in_pieces_the_same_is_learnt_to_the_bit(hot, first):
    context = setting(BEFORE)
    pieces, _ = steps(
        hot, first, [BEFORE + n * 47 * timedelta(minutes=1) for n in range(6)], context
    )
    pieces, _ = steps(hot, pieces, [NOW], context)
    whole = detect(WATCH, hot, first, NOW, context).state
    assert to_json(replace(pieces, episode=None)) == to_json(replace(whole, episode=None))


def test_the_same_step_twice_says_the_same(hot, first):
    """A step that died before it stored runs again."""
    once, again = (detect(WATCH, hot, first, NOW, setting(BEFORE)) for _ in range(2))
    assert once.events == again.events
    assert to_json(once.state) == to_json(again.state)


def test_what_was_told_is_not_told_again(hot, first):
    context = setting(BEFORE)
    detection = detect(WATCH, hot, first, NOW, context)
    assert detection.events
    assert detect(WATCH, hot, detection.state, NOW + timedelta(seconds=15), context).events == ()


def test_a_standing_survives_as_json(hot):
    standing = detect(WATCH, hot, None, NOW, setting(NOW)).state
    assert standing.episode
    assert to_json(from_json(to_json(standing))) == to_json(standing)
    assert from_json(to_json(standing)).episode == standing.episode


@pytest.mark.parametrize(("days_ago", "reasons"), [(4.0, []), (0.7, ["opened", "resolved"])])
def test_what_was_over_by_the_first_crawl(days_ago, reasons):
    sample = corpus()
    sample.crisis(NOW - timedelta(days=days_ago), 2 * HOUR, voices=60)
    detection = detect(WATCH, sample.utterances, None, NOW, setting(NOW))
    assert [event.reason.value for event in detection.events] == reasons
    assert all(event.at > NOW - PAST_HORIZON - 12 * HOUR for event in detection.events)


def test_it_is_resolved_after_six_calm_hours(hot, first):
    later = NOW + 14 * HOUR
    _, events = steps(hot, first, [NOW, NOW + 5 * HOUR, later], setting(BEFORE))
    assert events[-1].reason is NotifyReason.RESOLVED
    assert events[-1].at < later


def test_it_is_not_resolved_while_nobody_listens(hot, first):
    later = NOW + 14 * HOUR
    deaf = setting(BEFORE, gaps=((NOW, later + HOUR),))
    standing, events = steps(hot, first, [NOW, later], deaf)
    assert NotifyReason.RESOLVED not in {event.reason for event in events}
    assert standing.episode.resolved is None


def test_one_account_cannot_open_a_crisis_however_often_it_posts(calm):
    sample = corpus()
    for n in range(300):
        sample.say(NOW - n * timedelta(seconds=30), "loud", negative=True, topics=TOPICS)
    assert detect(WATCH, sample.utterances, None, NOW, setting(NOW)).events == ()


def test_a_watch_nobody_speaks_of_raises_nothing():
    detection = detect(WATCH, [], None, NOW, setting(NOW))
    assert detection.events == ()
    assert detect(WATCH, [], detection.state, NOW + 30 * HOUR, setting(NOW)).events == ()


def test_mentions_from_the_future_or_not_yet_seen_do_not_count(hot):
    early = detect(WATCH, hot, None, BEFORE, setting(BEFORE)).state
    known = [u for u in hot if u.at <= BEFORE]
    assert to_json(detect(WATCH, known, None, BEFORE, setting(BEFORE)).state) == to_json(early)


def test_a_few_stray_old_mentions_do_not_stretch_the_history(calm):
    old = replace(calm[0], id="old", at=NOW - timedelta(days=50))
    assert detect(WATCH, [old, *calm], None, NOW, setting(NOW)).state.baseline.history_days < 21


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [replace(WATCH, revision="r2"), replace(WATCH, zone="UTC"), replace(WATCH, topics=("app",))],
    ids=["query", "clock", "topics"],
)
def test_another_query_clock_or_topic_is_learnt_anew_but_not_told_anew(hot, changed):
    context = setting(BEFORE)
    detection = detect(WATCH, hot, None, NOW, setting(NOW))
    assert load_start(changed, context, detection.state) is None
    assert (
        load_start(WATCH, context, detection.state) < detection.state.baseline.learnt_to - LOOKBACK
    )
    after = detect(changed, hot, detection.state, NOW + timedelta(minutes=1), context)
    assert after.events == ()
    assert after.state.baseline.units == watch_units(changed, TOPICS)


def test_a_watch_without_topics_of_its_own_counts_the_taxonomy():
    assert watch_units(replace(WATCH, topics=()), ("a", "b")) == (None, "a", "b")


def test_summer_time_ends_amid_a_crisis():
    """The repeated hour neither hides nor doubles the crisis."""
    now = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    made, began = with_crisis(3, now)
    events = detect(WATCH, made.utterances, None, now, setting(now)).events
    assert [event.reason for event in events] == [NotifyReason.OPENED]
    assert abs(events[0].spike.onset - began) < 2 * HOUR


def noticed(utterances, now=NOW):
    detection = detect(WATCH, utterances, None, now, setting(now))
    return [event.kind for event in detection.events if event.reason is NotifyReason.NOTICED]


def test_a_running_campaign_is_one_line_and_told_once_in_twelve_hours():
    sample = corpus()
    sample.burst(NOW - 2 * HOUR, 2, 90, 0.05, "campaign")
    detection = detect(WATCH, sample.utterances, None, NOW, setting(NOW))
    assert [event.kind for event in detection.events] == [IncidentKind.ATTENTION]
    assert IncidentKind.ATTENTION in {spike.kind for spike in detection.spikes}
    after = detect(WATCH, sample.utterances, detection.state, NOW + HOUR / 4, setting(NOW))
    assert after.events == ()


def test_a_campaign_of_last_week_is_no_news():
    sample = corpus()
    sample.burst(NOW - 7 * 24 * HOUR, 2, 90, 0.05, "campaign")
    assert noticed(sample.utterances) == []


def test_beside_an_open_crisis_a_campaign_is_no_news():
    sample = corpus()
    sample.crisis(NOW - 2 * HOUR, 2 * HOUR)
    sample.burst(NOW - 2 * HOUR, 2, 30, 0.05, "campaign", "price")
    assert noticed(sample.utterances) == []


def test_a_lively_watch_that_falls_silent_is_a_matter_of_health():
    """Twenty days of 300 mentions a day, then eight hours of nothing by day."""
    sample = corpus(a_day=300.0, voices=4000)
    heard = [u for u in sample.utterances if u.at < NOW - 8 * HOUR]
    assert noticed(heard) == [IncidentKind.HEALTH]


@pytest.mark.parametrize(("days", "told"), [(2, 0), (10, 1), (20, 1)])
def test_a_young_baseline_keeps_to_itself_what_it_cannot_know(days, told):
    """Twenty-five voices are no crisis for a watch of two days, whatever their sentiment."""
    sample = corpus(days=days)
    sample.crisis(NOW - 2 * HOUR, 2 * HOUR, voices=35)
    events = detect(WATCH, sample.utterances, None, NOW, setting(NOW)).events
    assert [event.kind for event in events] == [IncidentKind.CRISIS] * told


def test_late_mentions_are_judged_though_their_hour_was_learnt(hot, first):
    """A crisis crawled two hours late opens at the crawl."""
    late = [replace(u, first_seen=NOW) if u.voice.startswith("crisis") else u for u in hot]
    before = detect(WATCH, late, first, NOW - HOUR / 60, setting(BEFORE))
    detection = detect(WATCH, late, before.state, NOW, setting(BEFORE))
    assert before.events == ()
    assert [event.reason for event in detection.events] == [NotifyReason.OPENED]
    assert detection.events[0].at == NOW
