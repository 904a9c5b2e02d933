"""The mentions behind an incident, and the one whose arrival made the score cross."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.detection.detector import detect
from alerts.detection.evidence import collect_evidence, tipping_mention
from core.observation import Observation
from tests.alerts.simulation import WATCH, Corpus, sentiment, setting

NOW = datetime(2026, 5, 6, 15, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KNOWN = setting(NOW - timedelta(hours=3))


@pytest.fixture(scope="module")
def live():
    """A watch learnt until three hours ago, and 40 voices in the last 40 minutes."""
    sample = Corpus(now=NOW, random=Random(5))
    sample.ordinary(days=16)
    before = detect(WATCH, sample.utterances, None, KNOWN.backfilled_at, KNOWN).state
    for n in range(40):
        sample.say(NOW - (40 - n) * MINUTE, f"c{n}", negative=True, topics=("battery",))
    return sample.utterances, before


def test_with_the_mention_that_tipped_it_it_opens_and_without_it_does_not(live):
    utterances, before = live
    opened = detect(WATCH, utterances, before, NOW, KNOWN)
    tip = tipping_mention(WATCH, utterances, opened.baselines[NOW], NOW, KNOWN)
    arrived = sorted(utterances, key=lambda u: (u.first_seen, u.id))
    place = next(n for n, u in enumerate(arrived) if u.id == tip)
    assert detect(WATCH, arrived[: place + 1], before, NOW, KNOWN).events
    assert not detect(WATCH, arrived[:place], before, NOW, KNOWN).events


def test_arrival_counts_not_publication(live):
    """The oldest of the hostile mentions arrives last; it cannot have tipped anything earlier."""
    utterances, before = live
    late = [replace(u, first_seen=NOW) if u.at == NOW - 40 * MINUTE else u for u in utterances]
    judge = detect(WATCH, late, before, NOW, KNOWN).baselines[NOW]
    tip = tipping_mention(WATCH, late, judge, NOW, KNOWN)
    assert next(u for u in late if u.id == tip).first_seen < NOW


def test_where_nothing_rose_nothing_tipped_it(live):
    utterances, before = live
    usual = before.baseline
    assert tipping_mention(WATCH, utterances, usual, NOW - timedelta(hours=3), KNOWN) is None
    assert tipping_mention(WATCH, [], usual, NOW, KNOWN) is None


@pytest.mark.parametrize("minutes", [40, 400])
def test_every_opening_of_a_history_has_a_mention_that_tipped_it(minutes):
    """This holds even if a baseline that learnt the hours since would see no crisis."""
    sample = Corpus(now=NOW, random=Random(5))
    sample.ordinary(days=16)
    for n in range(60):
        at = NOW - timedelta(hours=12) + n * minutes / 60 * MINUTE
        sample.say(at, f"c{n}", negative=True, topics=("battery",))
    detection = detect(WATCH, sample.utterances, None, NOW, setting(NOW))
    opened = detection.events[0].opened
    assert opened < NOW - timedelta(hours=4)
    assert tipping_mention(WATCH, sample.utterances, detection.baselines[opened], opened, KNOWN)


def test_a_crisis_without_a_baseline_was_tipped_too():
    """With less than three days of history only the count of voices matters."""
    sample = Corpus(now=NOW, random=Random(5))
    sample.ordinary(days=1)
    for n in range(60):
        sample.say(NOW - (60 - n) * MINUTE, f"c{n}", negative=True, topics=("battery",))
    detection = detect(WATCH, sample.utterances, None, NOW, KNOWN)
    opened = detection.events[0].opened
    assert tipping_mention(WATCH, sample.utterances, detection.baselines[opened], opened, KNOWN)


def said(name, minute, *, negative=True, topics=(), family=None, voice="v"):
    at = NOW + minute * MINUTE
    return Observation(
        id=name,
        at=at,
        first_seen=at,
        voice=voice,
        sentiment=sentiment(negative),
        topics=topics,
        family=family,
    )


def test_evidence_is_negative_in_time_and_of_the_topic_oldest_first():
    utterances = [
        said("late", 61, topics=("app",)),
        said("second", 2, topics=("app",), family="f", voice="w"),
        said("first", 0, topics=("app",), family="f"),
        said("last", 60, topics=("app", "price"), family="g"),
        said("kind", 3, negative=False, topics=("app",)),
        said("unscored", 3, negative=None, topics=("app",)),
        said("other", 4, topics=("price",)),
        said("early", -1, topics=("app",)),
    ]
    evidence = collect_evidence(utterances, "app", NOW, NOW + 60 * MINUTE)
    assert evidence.mentions == ("first", "second", "last")
    assert (evidence.voices, evidence.families) == (2, 2)
    assert collect_evidence(utterances, None, NOW, NOW + 60 * MINUTE).mentions[-2:] == (
        "other",
        "last",
    )
