"""A source is silent when posts are surely missing; nights, outages and holidays prove nothing."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.silence import state_json
from alerts.silence.detector import (
    KNOWN_HOURS,
    MEAN_GAPS,
    MIN_EXPECTED,
    MIN_KNOWN_HOURS,
    Crawl,
    SilenceDetector,
)

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = 24 * HOUR


class Source:
    """A source that is crawled every quarter of an hour, with posts at even distances."""

    def __init__(self, *, step=HOUR / 4):
        self.detector = SilenceDetector(START)
        self.step = step
        self.now = START
        self.changes = []

    def crawl(self, arrivals, *, is_covered=True):
        self.now += self.step
        change = self.detector.add(Crawl(self.now, arrivals, is_covered))
        if change is not None:
            self.changes.append(change)
        return change

    def post(self, until, every, share=lambda _: 1.0):
        """Post until *until*, each time *every* times the share of the hour have passed."""
        owed = 0.0
        while self.now < until:
            owed += self.step / every * share(self.now)
            self.crawl(int(owed))
            owed -= int(owed)

    def wait(self, limit):
        """Crawl without posts; return the time until the source is silent, at most *limit*."""
        start = self.now
        while self.now - start < limit:
            change = self.crawl(0)
            if change is not None:
                return self.now - start
        return None


def office_hours(at):
    return float(8 <= at.hour < 18 and at.weekday() < 5)


@pytest.mark.parametrize("every", [HOUR / 2, 6 * HOUR, 84 * HOUR])
def test_source_that_brings_nothing_is_silent_after_ten_to_twenty_expected_posts(every):
    source = Source()
    source.post(START + max(42 * DAY, 20 * every), every)
    assert source.changes == []
    last = source.detector.last_arrival
    source.wait(30 * every)
    (change,) = source.changes
    assert (change.is_silent, change.since) == (True, last)
    assert change.expected >= MIN_EXPECTED
    assert change.expected == pytest.approx((change.at - last) / every, rel=0.25)
    assert (change.at - last) / every <= 20


def test_silence_begins_once_and_ends_with_the_next_post():
    source = Source()
    source.post(START + 30 * DAY, HOUR)
    assert source.wait(2 * DAY)
    assert source.wait(20 * DAY) is None, "it has begun"
    change = source.crawl(1)
    assert (change.is_silent, change.since) == (False, source.changes[0].since)
    assert source.detector.silent_since is None
    assert source.wait(3 * HOUR) is None, "its clock begins again"


def test_dead_source_does_not_become_normal():
    source = Source()
    source.post(START + 30 * DAY, HOUR)
    rate = source.detector.rhythm.mean_rate
    source.wait(60 * DAY)
    source.wait(60 * DAY)
    assert source.detector.rhythm.mean_rate == rate


def test_nights_and_weekends_are_no_silence():
    source = Source()
    source.post(START + 60 * DAY, HOUR / 3, office_hours)
    young = START + 14 * DAY  # no weekend is known before the first one
    assert [change for change in source.changes if change.at > young] == []
    assert len([change for change in source.changes if change.is_silent]) <= 1


def test_first_week_of_nights_is_no_silence():
    source = Source()
    source.post(START + 5 * DAY, HOUR / 6, office_hours)
    assert source.changes == []


def test_time_without_crawls_proves_nothing():
    source = Source()
    source.post(START + 30 * DAY, HOUR)
    source.now += 5 * DAY
    assert source.crawl(0, is_covered=False) is None
    assert source.detector.wait.hours < 1
    rate = source.detector.rhythm.mean_rate
    source.now += 5 * DAY
    source.crawl(200, is_covered=False)
    assert source.detector.rhythm.mean_rate == pytest.approx(rate, rel=0.01)


def test_crisis_does_not_raise_the_expectation():
    source = Source()
    source.post(START + 42 * DAY, HOUR)
    normal = source.detector.rhythm.mean_rate
    source.post(START + 45 * DAY, HOUR / 60)
    assert source.detector.rhythm.mean_rate < 1.2 * normal
    source.post(START + 49 * DAY, HOUR)
    assert source.changes == []
    assert source.wait(8 * HOUR) is None
    assert source.wait(12 * HOUR)


def test_quiet_day_is_no_silence_and_a_quiet_morning_postpones_it():
    ordinary, quiet = Source(), Source()
    for source in (ordinary, quiet):
        source.post(START + 42 * DAY, HOUR / 6)
    quiet.post(quiet.now + DAY, HOUR / 2)
    assert quiet.changes == []
    assert ordinary.wait(DAY) < quiet.wait(DAY)


def test_decline_lowers_the_expectation_within_weeks():
    source = Source()
    source.post(START + 42 * DAY, HOUR / 2)
    source.post(source.now + 21 * DAY, HOUR)
    begun = [change for change in source.changes if change.is_silent]
    assert begun == []
    assert source.wait(8 * HOUR) is None
    assert source.wait(12 * HOUR)


def test_young_source_is_silent_after_five_mean_gaps():
    source = Source()
    source.post(START + 5 * DAY, 2 * HOUR)
    assert source.detector.known_hours < KNOWN_HOURS
    assert source.detector.mean_gap == pytest.approx(2, rel=0.01)
    assert source.wait(2 * HOUR * MEAN_GAPS) is None
    assert source.wait(40 * HOUR)


def test_source_of_one_day_is_never_silent():
    source = Source()
    source.post(START + DAY, HOUR / 4)
    source.wait(DAY - HOUR)
    assert source.detector.known_hours < MIN_KNOWN_HOURS
    assert source.changes == []


def test_source_that_never_brought_a_post_is_not_silent():
    source = Source()
    assert source.wait(90 * DAY) is None


def test_daily_crawls_of_many_posts_are_a_rhythm():
    source = Source(step=DAY)
    source.post(START + 60 * DAY, DAY / 5)
    assert source.changes == []
    assert 2 * DAY <= source.wait(9 * DAY) <= 4 * DAY


def test_stored_detector_continues_alike():
    random = Random(3)
    whole, stored = Source(), Source()
    for day in range(40):
        for _ in range(96):
            arrivals = int(random.random() < 0.3) if day < 35 else 0
            whole.crawl(arrivals)
            stored.crawl(arrivals)
        stored.detector = state_json.from_json(state_json.to_json(stored.detector))
    assert [c.at for c in stored.changes] == [c.at for c in whole.changes]
    assert len(stored.changes) == 1
    assert stored.detector.rhythm.mean_rate == pytest.approx(
        whole.detector.rhythm.mean_rate, rel=1e-4
    )
