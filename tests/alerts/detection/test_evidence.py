"""The mentions of an incident, and the one whose arrival raised the score over the threshold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.detection.detector import detect
from alerts.detection.evidence import collect_evidence, tipping_mention
from core.observation import Observation
from tests.alerts.simulation import WATCH, Corpus, make_context, sentiment

NOW = datetime(2026, 5, 6, 15, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CONTEXT = make_context(NOW - timedelta(hours=3))


@pytest.fixture(scope="module")
def live():
    """Return mentions with 40 voices in the last 40 minutes, and the state of three hours ago."""
    sample = Corpus(now=NOW, random=Random(5))
    sample.add_background(days=16)
    before = detect(WATCH, sample.observations, None, CONTEXT.backfilled_at, CONTEXT).state
    for n in range(40):
        sample.add(NOW - (40 - n) * MINUTE, f"c{n}", negative=True, topics=("battery",))
    return sample.observations, before


def test_crisis_opens_with_its_tipping_mention_only(live):
    utterances, before = live
    detection = detect(WATCH, utterances, before, NOW, CONTEXT)
    tip = tipping_mention(WATCH, utterances, detection.baselines[NOW], NOW, CONTEXT)
    by_arrival = sorted(utterances, key=lambda u: (u.first_seen, u.id))
    place = next(n for n, u in enumerate(by_arrival) if u.id == tip)
    assert detect(WATCH, by_arrival[: place + 1], before, NOW, CONTEXT).events
    assert not detect(WATCH, by_arrival[:place], before, NOW, CONTEXT).events


def test_tipping_mention_depends_on_arrival_not_publication(live):
    """The oldest of the negative mentions arrives last, so it is not the tipping one."""
    utterances, before = live
    late = [replace(u, first_seen=NOW) if u.at == NOW - 40 * MINUTE else u for u in utterances]
    judge = detect(WATCH, late, before, NOW, CONTEXT).baselines[NOW]
    tip = tipping_mention(WATCH, late, judge, NOW, CONTEXT)
    assert next(u for u in late if u.id == tip).first_seen < NOW


def test_no_tipping_mention_without_a_rise(live):
    utterances, before = live
    usual = before.baseline
    assert tipping_mention(WATCH, utterances, usual, NOW - timedelta(hours=3), CONTEXT) is None
    assert tipping_mention(WATCH, [], usual, NOW, CONTEXT) is None


@pytest.mark.parametrize("minutes", [40, 400])
def test_every_opening_has_a_tipping_mention(minutes):
    """This holds even if a baseline that learnt the hours since would see no crisis."""
    sample = Corpus(now=NOW, random=Random(5))
    sample.add_background(days=16)
    for n in range(60):
        at = NOW - timedelta(hours=12) + n * minutes / 60 * MINUTE
        sample.add(at, f"c{n}", negative=True, topics=("battery",))
    detection = detect(WATCH, sample.observations, None, NOW, make_context(NOW))
    opened_at = detection.events[0].opened
    assert opened_at < NOW - timedelta(hours=4)
    assert tipping_mention(
        WATCH, sample.observations, detection.baselines[opened_at], opened_at, CONTEXT
    )


def test_crisis_without_baseline_has_a_tipping_mention():
    """With less than three days of history only the count of voices matters."""
    sample = Corpus(now=NOW, random=Random(5))
    sample.add_background(days=1)
    for n in range(60):
        sample.add(NOW - (60 - n) * MINUTE, f"c{n}", negative=True, topics=("battery",))
    detection = detect(WATCH, sample.observations, None, NOW, CONTEXT)
    opened_at = detection.events[0].opened
    assert tipping_mention(
        WATCH, sample.observations, detection.baselines[opened_at], opened_at, CONTEXT
    )


def observation(name, minute, *, negative=True, topics=(), family=None, voice="v"):
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


def test_evidence_is_negative_recent_and_on_the_topic():
    utterances = [
        observation("late", 61, topics=("app",)),
        observation("second", 2, topics=("app",), family="f", voice="w"),
        observation("first", 0, topics=("app",), family="f"),
        observation("last", 60, topics=("app", "price"), family="g"),
        observation("kind", 3, negative=False, topics=("app",)),
        observation("unscored", 3, negative=None, topics=("app",)),
        observation("other", 4, topics=("price",)),
        observation("early", -1, topics=("app",)),
    ]
    evidence = collect_evidence(utterances, "app", NOW, NOW + 60 * MINUTE)
    assert evidence.mentions == ("first", "second", "last")
    assert (evidence.voices, evidence.families) == (2, 2)
    assert collect_evidence(utterances, None, NOW, NOW + 60 * MINUTE).mentions[-2:] == (
        "other",
        "last",
    )
