"""Facts of a digest: one local day, compared with days of the same kind."""

from datetime import UTC, date, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.completeness import load_completeness
from alerts.messages.digest_days import local_day
from alerts.messages.digest_facts import (
    MIN_LIKE_DAYS,
    DailyObservations,
    DigestJob,
    collect_day_facts,
)
from core.incident import IncidentKind, IncidentState
from core.mention import Sentiment
from core.observation import Observation
from core.watch import Topic
from store import watches
from store.alerts import incidents
from store.alerts.people import Subscription
from store.analysis.verdicts import save_results
from tests.store import factories

BERLIN = "Europe/Berlin"
SPRING = date(2026, 3, 29)  # a Sunday of 23 hours there
HOUR = timedelta(hours=1)
NEGATIVE, POSITIVE = Sentiment.NEGATIVE, Sentiment.POSITIVE
SUBSCRIPTION = Subscription(
    slug="morning", person="lead", kind="digest", channel="email", at="07:30", zone=BERLIN,
    watches=(),
)  # fmt: skip
TOPICS = (
    Topic(id="safety", name="Safety", sentences=("It is safe.",)),
    Topic(id="price", name="Price", sentences=("It is dear.",)),
)


def observation(n, sentiment=NEGATIVE, voice=None, topics=()):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Observation(
        id=f"m{n}", at=at, first_seen=at, voice=voice, family=None, sentiment=sentiment,
        topics=topics,
    )  # fmt: skip


def daily_observations(counts, last=date(2026, 3, 20)):
    """Return a number of mentions on each day up to *last*, oldest first."""
    first = last - timedelta(len(counts) - 1)
    days = {
        first + timedelta(n): [observation(f"{n}.{k}") for k in range(count)]
        for n, count in enumerate(counts)
    }
    return DailyObservations(
        days={day: observations for day, observations in days.items() if observations}
    )


def test_voice_counts_once_in_each_of_its_sentiments():
    observations = [observation(n, voice="loud") for n in range(60)]
    observations += [
        observation("p", POSITIVE, "loud"),
        observation("n", None, "quiet"),
        observation("x", NEGATIVE, None),
    ]
    counts = DailyObservations(days={SPRING: observations}).counts(SPRING)
    assert (counts.mentions, counts.voices) == (63, 3)
    assert (counts.negative, counts.positive, counts.neutral, counts.unscored) == (2, 1, 0, 1)


def test_normal_level_is_the_mean_of_days_of_the_same_kind():
    friday = date(2026, 3, 20)
    counts = [100 if (friday - timedelta(20 - n)).weekday() >= 5 else n for n in range(21)]
    usual = daily_observations(counts, friday).counts(friday).usual
    like = [n for n in range(1, 20) if counts[n] != 100]  # the first day may be half heard
    assert usual.mentions == pytest.approx(fmean(like))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_day_is_not_part_of_its_normal_level(counts):
    day = date(2026, 3, 20)
    with_it, without = daily_observations(counts, day), daily_observations([*counts[:-1], 0], day)
    if any(counts[:-1]):
        assert with_it.counts(day).usual == without.counts(day).usual


def test_no_normal_level_with_too_few_days():
    """A new installation has no usual level."""
    monday = date(2026, 3, 2)
    for days in range(1, 12):
        counts = daily_observations([5] * days, monday).counts(monday)
        like = [n for n in range(1, days - 1) if (monday - timedelta(n)).weekday() < 5]
        assert (counts.usual is not None) == (len(like) >= MIN_LIKE_DAYS)


def test_topic_has_its_own_counts_and_normal_level():
    days = {
        date(2026, 3, n): [
            observation(f"s{n}", topics=("safety",)),
            observation(f"p{n}", topics=("price",)),
        ]
        for n in range(2, 21)
    }
    counts = DailyObservations(days=days).counts(date(2026, 3, 20), "safety")
    assert (counts.mentions, counts.usual.mentions) == (1, 1.0)


@pytest.fixture
def record(sqlite_record):
    """Insert a complaint about safety in every hour of the days around a clock change."""
    start = datetime(2026, 3, 24, 12, tzinfo=UTC)
    names = [f"h{n}" for n in range(7 * 24)]
    texts = {name: f"The brake of {name} is loud" for name in names}
    posts = [
        factories.crawled_post(name, texts[name], published=start + n * HOUR, voice=f"{n:032x}")
        for n, name in enumerate(names)
    ]
    with sqlite_record.write() as tx:
        factories.add_sources(tx, "blog", at=start)
        watches.replace_from_file(
            tx, [factories.watch(), factories.watch("rival", "rival")], TOPICS
        )
    factories.store_page(sqlite_record, *posts, at=start + 8 * 24 * HOUR)
    with sqlite_record.write() as tx:
        results = [factories.analysis_result(name, texts[name]) for name in names]
        save_results(tx, results, now=start)
    return sqlite_record


def collect(record, day=SPRING):
    watch, rival = factories.watch(), factories.watch("rival", "rival")
    job = DigestJob(subscription=SUBSCRIPTION, watch=watch, rivals=(rival,), topics=TOPICS, day=day)
    window = local_day(day, BERLIN)
    with record.read() as tx:
        completeness = load_completeness(
            tx, since=window.start, until=window.end, now=window.end, quality=lambda _: None
        )
        return collect_day_facts(tx, job, completeness)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 24), (SPRING, 23)])
def test_day_has_the_hours_of_its_zone(record, day, hours):
    facts = collect(record, day)
    assert facts.counts.mentions == facts.counts.voices == hours
    assert [(t.id, t.counts.mentions) for t in facts.topics] == [("safety", hours), ("price", 0)]
    assert len(facts.mentions) == hours


def test_chart_covers_two_days_up_to_the_end_of_the_day(record):
    facts = collect(record)
    assert len(facts.bars) == 48
    assert facts.bars[-1].end == facts.window.end == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert sum(bar.counts.negative for bar in facts.bars) == 48


def test_rivals_are_other_watches(record):
    assert [(r.id, r.name, r.counts.mentions) for r in collect(record).rivals] == [
        ("rival", "Rival", 0)
    ]


@pytest.mark.parametrize(
    ("onset", "end_hour", "is_included"),
    [(-30, None, True), (-30, 1, True), (-30, -1, False), (5, 7, True), (23, None, False)],
)
def test_incident_is_included_on_each_of_its_days(record, onset, end_hour, is_included):
    """Hours from the start of the day, which has 23."""
    start = local_day(SPRING, BERLIN).start
    end = None if end_hour is None else start + end_hour * HOUR
    phase = IncidentState.OPEN if end is None else IncidentState.RESOLVED
    own = {"onset": start + onset * HOUR, "resolved": end, "state": phase}
    with record.write() as tx:
        incidents.add(tx, factories.incident(**own), detector_json={})
        incidents.add(tx, factories.incident(**own, watch="rival"), detector_json={})
        incidents.add(tx, factories.incident(**own, kind=IncidentKind.SOUR), detector_json={})
    assert len(collect(record).incidents) == int(is_included)
