"""The bars of emails and incident pages, and their normal level."""

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


def observation(n, at, sentiment):
    return Observation(
        id=f"m{n}", at=at, first_seen=at, voice=None, family=None, sentiment=sentiment, topics=()
    )


@given(st.lists(st.tuples(AGES, TONES), max_size=30))
def test_every_mention_of_the_window_is_in_one_bar(rows):
    observations = [observation(n, at, tone) for n, (at, tone) in enumerate(rows)]
    begin = NOON - SPAN
    bars = count_hourly(observations, begin, NOON)
    assert [bar.start for bar in bars] == [begin + n * HOUR for n in range(48)]
    assert sum(bar.total for bar in bars) == sum(begin <= u.at < NOON for u in observations)
    assert sum(b.counts.negative for b in bars) == sum(
        begin <= u.at < NOON and u.sentiment is Sentiment.NEGATIVE for u in observations
    )


def insert_mentions(record, *times, topics=()):
    """Insert an analysed mention at each of *times*."""
    times_by_name = {f"{at}{topics}": at for at in times}
    factories.store_page(
        record, *(factories.crawled_post(name, published=at) for name, at in times_by_name.items())
    )
    verdicts = (factories.verdict(topics=topics),)
    with record.write() as tx:
        save_results(
            tx, [factories.analysis_result(n, verdicts=verdicts) for n in times_by_name], now=NOON
        )


def store_baseline(record, learnt_since, zone="UTC"):
    """Store an empty baseline that was learnt since *learnt_since*."""
    detector_state = DetectorState(
        query="r1", zone=zone, history_version=0, baseline=initial((None,), learnt_since),
        evaluated_until=NOON, episode=None, last_notices={},
    )  # fmt: skip
    with record.write() as tx:
        state = {"standing": to_json(detector_state)}
        baselines.save_baseline(tx, "acme", learnt_to=learnt_since, state=state)


def normal_levels(record, first=NOON - SPAN, end=NOON, *, topic=None, zone="UTC"):
    """Return the normal level of each bar of [first, end)."""
    with record.read() as tx:
        bars = with_usual_levels(
            tx, count_hourly([], first, end), factories.watch(zone=zone), topic
        )
    return [bar.usual for bar in bars]


@pytest.fixture
def record_with_source(sqlite_record):
    """Return a database with a source."""
    with sqlite_record.write() as tx:
        factories.add_sources(tx, "blog", at=NOON)
    return sqlite_record


def test_normal_level_is_the_mean_of_the_same_hour_of_earlier_weeks(record_with_source):
    store_baseline(record_with_source, NOON - 60 * DAY)
    last = NOON - HOUR / 2
    insert_mentions(
        record_with_source,
        last - 7 * DAY,
        last - 14 * DAY,
        last - 14 * DAY + HOUR / 4,
        last - 35 * DAY,
    )
    *others, newest = normal_levels(record_with_source)
    assert newest == 3 / 4
    assert set(others) == {0.0}


def test_hours_before_the_baseline_do_not_count(record_with_source):
    """A zero there only means that no source was crawled."""
    last = NOON - HOUR / 2
    insert_mentions(record_with_source, *(last - n * 7 * DAY for n in (1, 2, 3, 4)))
    store_baseline(record_with_source, NOON - MIN_WEEKS * 7 * DAY - HOUR)
    assert normal_levels(record_with_source)[-1] == 1.0
    assert set(normal_levels(record_with_source)[:-1]) == {None}


def test_no_normal_level_without_a_baseline(record_with_source):
    insert_mentions(record_with_source, NOON - 7 * DAY, NOON - 14 * DAY)
    assert set(normal_levels(record_with_source)) == {None}


def test_topic_has_its_own_normal_level(record_with_source):
    store_baseline(record_with_source, NOON - 60 * DAY)
    at = NOON - 7 * DAY - HOUR / 2
    insert_mentions(record_with_source, at, topics=("safety",))
    insert_mentions(record_with_source, at + HOUR / 4, topics=("safety_belt",))
    assert normal_levels(record_with_source)[-1] == 0.5
    assert normal_levels(record_with_source, topic="safety")[-1] == 0.25
    assert normal_levels(record_with_source, topic="safety_belt")[-1] == 0.25
    assert normal_levels(record_with_source, topic="safety%")[-1] == 0.0


def test_same_hour_is_local(record_with_source):
    """A week before a clock change, 09:00 was another hour of UTC."""
    nine = datetime(2025, 10, 27, 8, tzinfo=UTC)  # 09:00 in Berlin, the day after the change
    store_baseline(record_with_source, nine - 60 * DAY)
    insert_mentions(record_with_source, *(nine - HOUR - n * 7 * DAY for n in (1, 2, 3, 4)))
    assert normal_levels(record_with_source, nine, nine + HOUR, zone="Europe/Berlin") == [1.0]
    assert normal_levels(record_with_source, nine, nine + HOUR) == [0.0]
