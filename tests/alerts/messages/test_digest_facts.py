"""Facts of a digest: one local day and no other, compared with days of the same kind."""

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


def said(n, sentiment=NEGATIVE, voice=None, topics=()):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Observation(
        id=f"m{n}", at=at, first_seen=at, voice=voice, family=None, sentiment=sentiment,
        topics=topics,
    )  # fmt: skip


def shelf(counts, last=date(2026, 3, 20)):
    """Return a number of mentions on each day up to *last*, oldest first."""
    first = last - timedelta(len(counts) - 1)
    days = {
        first + timedelta(n): [said(f"{n}.{k}") for k in range(count)]
        for n, count in enumerate(counts)
    }
    return DailyObservations(days={day: spoken for day, spoken in days.items() if spoken})


def test_a_voice_counts_once_in_each_sentiment_it_showed():
    spoken = [said(n, voice="loud") for n in range(60)]
    spoken += [said("p", POSITIVE, "loud"), said("n", None, "quiet"), said("x", NEGATIVE, None)]
    counts = DailyObservations(days={SPRING: spoken}).counts(SPRING)
    assert (counts.mentions, counts.voices) == (63, 3)
    assert (counts.negative, counts.positive, counts.neutral, counts.unscored) == (2, 1, 0, 1)


def test_the_usual_is_the_mean_of_the_days_of_the_same_kind():
    friday = date(2026, 3, 20)
    counts = [100 if (friday - timedelta(20 - n)).weekday() >= 5 else n for n in range(21)]
    usual = shelf(counts, friday).counts(friday).usual
    like = [n for n in range(1, 20) if counts[n] != 100]  # the first day may be half heard
    assert usual.mentions == pytest.approx(fmean(like))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_no_day_is_its_own_usual(counts):
    day = date(2026, 3, 20)
    with_it, without = shelf(counts, day), shelf([*counts[:-1], 0], day)
    if any(counts[:-1]):
        assert with_it.counts(day).usual == without.counts(day).usual


def test_with_too_few_days_behind_there_is_no_usual():
    """A new installation has no usual level."""
    monday = date(2026, 3, 2)
    for days in range(1, 12):
        known = shelf([5] * days, monday).counts(monday)
        like = [n for n in range(1, days - 1) if (monday - timedelta(n)).weekday() < 5]
        assert (known.usual is not None) == (len(like) >= MIN_LIKE_DAYS)


def test_a_topic_has_its_own_counts_and_usual():
    days = {
        date(2026, 3, n): [said(f"s{n}", topics=("safety",)), said(f"p{n}", topics=("price",))]
        for n in range(2, 21)
    }
    counts = DailyObservations(days=days).counts(date(2026, 3, 20), "safety")
    assert (counts.mentions, counts.usual.mentions) == (1, 1.0)


@pytest.fixture
def record(sqlite_record):
    """One complaint about safety in every hour of the days around a clock change."""
    start = datetime(2026, 3, 24, 12, tzinfo=UTC)
    names = [f"h{n}" for n in range(7 * 24)]
    texts = {name: f"The brake of {name} is loud" for name in names}
    posts = [
        factories.heard(name, texts[name], published=start + n * HOUR, voice=f"{n:032x}")
        for n, name in enumerate(names)
    ]
    with sqlite_record.write() as tx:
        factories.begin(tx, "blog", at=start)
        watches.replace_from_file(
            tx, [factories.watch(), factories.watch("rival", "rival")], TOPICS
        )
    factories.hear(sqlite_record, *posts, at=start + 8 * 24 * HOUR)
    with sqlite_record.write() as tx:
        found = [factories.finding(name, texts[name]) for name in names]
        save_results(tx, found, now=start)
    return sqlite_record


def gathered(record, day=SPRING):
    watch, rival = factories.watch(), factories.watch("rival", "rival")
    edition = DigestJob(
        subscription=SUBSCRIPTION, watch=watch, rivals=(rival,), topics=TOPICS, day=day
    )
    window = local_day(day, BERLIN)
    with record.read() as tx:
        completeness = load_completeness(
            tx, since=window.start, until=window.end, now=window.end, quality=lambda _: None
        )
        return collect_day_facts(tx, edition, completeness)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 24), (SPRING, 23)])
def test_a_day_has_the_hours_that_the_readers_clock_gave_it(record, day, hours):
    facts = gathered(record, day)
    assert facts.counts.mentions == facts.counts.voices == hours
    assert [(t.id, t.counts.mentions) for t in facts.topics] == [("safety", hours), ("price", 0)]
    assert len(facts.mentions) == hours


def test_the_chart_ends_with_the_day_and_reaches_two_days_back(record):
    facts = gathered(record)
    assert len(facts.bars) == 48
    assert facts.bars[-1].end == facts.window.end == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert sum(bar.counts.negative for bar in facts.bars) == 48


def test_the_other_watches_stand_beside_it(record):
    assert [(r.id, r.name, r.counts.mentions) for r in gathered(record).rivals] == [
        ("rival", "Rival", 0)
    ]


@pytest.mark.parametrize(
    ("onset", "resolved", "told"),
    [(-30, None, True), (-30, 1, True), (-30, -1, False), (5, 7, True), (23, None, False)],
)
def test_an_incident_is_told_on_each_day_that_it_lasted(record, onset, resolved, told):
    """Hours from the start of the day, which has 23."""
    start = local_day(SPRING, BERLIN).start
    end = None if resolved is None else start + resolved * HOUR
    phase = IncidentState.OPEN if end is None else IncidentState.RESOLVED
    own = {"onset": start + onset * HOUR, "resolved": end, "state": phase}
    with record.write() as tx:
        incidents.add(tx, factories.incident(**own), detector_json={})
        incidents.add(tx, factories.incident(**own, watch="rival"), detector_json={})
        incidents.add(tx, factories.incident(**own, kind=IncidentKind.SOUR), detector_json={})
    assert len(gathered(record).incidents) == int(told)
