"""The bars of emails and incident pages, and their usual level."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.baseline import initial
from alerts.detection.detector_state import DetectorState, to_json
from alerts.messages.hourly_bars import HOUR, MIN_WEEKS, count_hourly, with_usual_levels
from core.mention import Sentiment
from core.observation import Observation
from store.alerts import baselines
from store.analysis.verdicts import save_results
from tests.store import factories
from tests.store.factories import NOON

DAY = timedelta(days=1)
SPAN = 48 * HOUR
AGES = st.integers(0, 49 * 3600).map(lambda s: NOON - timedelta(seconds=s))
TONES = st.sampled_from([*Sentiment, None])


def said(n, at, sentiment):
    return Observation(
        id=f"m{n}", at=at, first_seen=at, voice=None, family=None, sentiment=sentiment, topics=()
    )


@given(st.lists(st.tuples(AGES, TONES), max_size=30))
def test_every_mention_of_the_window_stands_in_one_bar(spoken):
    heard = [said(n, at, tone) for n, (at, tone) in enumerate(spoken)]
    begin = NOON - SPAN
    bars = count_hourly(heard, begin, NOON)
    assert [bar.start for bar in bars] == [begin + n * HOUR for n in range(48)]
    assert sum(bar.total for bar in bars) == sum(begin <= u.at < NOON for u in heard)
    assert sum(b.counts.negative for b in bars) == sum(
        begin <= u.at < NOON and u.sentiment is Sentiment.NEGATIVE for u in heard
    )


def hear(record, *times, topics=()):
    """A mention at each of *times*, analysed."""
    named = {f"{at}{topics}": at for at in times}
    factories.hear(record, *(factories.heard(name, published=at) for name, at in named.items()))
    verdicts = (factories.verdict(topics=topics),)
    with record.write() as tx:
        save_results(tx, [factories.finding(n, verdicts=verdicts) for n in named], now=NOON)


def learn(record, begun, zone="UTC"):
    """Store a baseline with nothing but the time since *begun*."""
    standing = DetectorState(
        query="r1", zone=zone, history_version=0, baseline=initial((None,), begun),
        evaluated_until=NOON, episode=None, last_notices={},
    )  # fmt: skip
    with record.write() as tx:
        state = {"standing": to_json(standing)}
        baselines.save_baseline(tx, "acme", learnt_to=begun, state=state)


def usual(record, first=NOON - SPAN, end=NOON, *, topic=None, zone="UTC"):
    """The usual level of each bar of [first, end)."""
    with record.read() as tx:
        bars = with_usual_levels(
            tx, count_hourly([], first, end), factories.watch(zone=zone), topic
        )
    return [bar.usual for bar in bars]


@pytest.fixture
def furnished(sqlite_record):
    """A database with a source."""
    with sqlite_record.write() as tx:
        factories.begin(tx, "blog", at=NOON)
    return sqlite_record


def test_usual_is_the_mean_of_the_same_hour_of_the_weeks_before(furnished):
    learn(furnished, NOON - 60 * DAY)
    last = NOON - HOUR / 2
    hear(furnished, last - 7 * DAY, last - 14 * DAY, last - 14 * DAY + HOUR / 4, last - 35 * DAY)
    *others, newest = usual(furnished)
    assert newest == 3 / 4
    assert set(others) == {0.0}


def test_what_lies_before_the_baseline_is_no_history(furnished):
    """A zero there means that no source was crawled."""
    last = NOON - HOUR / 2
    hear(furnished, *(last - n * 7 * DAY for n in (1, 2, 3, 4)))
    learn(furnished, NOON - MIN_WEEKS * 7 * DAY - HOUR)
    assert usual(furnished)[-1] == 1.0
    assert set(usual(furnished)[:-1]) == {None}


def test_before_anything_was_learnt_nothing_is_usual(furnished):
    hear(furnished, NOON - 7 * DAY, NOON - 14 * DAY)
    assert set(usual(furnished)) == {None}


def test_the_usual_of_a_topic_is_its_own(furnished):
    learn(furnished, NOON - 60 * DAY)
    at = NOON - 7 * DAY - HOUR / 2
    hear(furnished, at, topics=("safety",))
    hear(furnished, at + HOUR / 4, topics=("safety_belt",))
    assert usual(furnished)[-1] == 0.5
    assert usual(furnished, topic="safety")[-1] == 0.25
    assert usual(furnished, topic="safety_belt")[-1] == 0.25
    assert usual(furnished, topic="safety%")[-1] == 0.0


def test_the_same_hour_is_that_of_the_clocks_there(furnished):
    """A week before a clock change, 09:00 was another hour of UTC."""
    nine = datetime(2025, 10, 27, 8, tzinfo=UTC)  # 09:00 in Berlin, the day after the change
    learn(furnished, nine - 60 * DAY)
    hear(furnished, *(nine - HOUR - n * 7 * DAY for n in (1, 2, 3, 4)))
    assert usual(furnished, nine, nine + HOUR, zone="Europe/Berlin") == [1.0]
    assert usual(furnished, nine, nine + HOUR) == [0.0]
