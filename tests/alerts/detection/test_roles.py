"""Roles in detection: customers open a crisis, news make a wave, and an upgrade is no alarm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.detection.detector import detect
from alerts.detection.evidence import collect_evidence
from alerts.detection.news_wave import MIN_NEWS_AUTHORS, NewsHistory, has_many_news, news_spikes
from core.incident import IncidentKind
from core.mention import Sentiment
from core.observation import Observation
from core.role import Role
from tests.alerts.simulation import WATCH, Corpus, make_context

NOW = datetime(2026, 5, 6, 15, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24 * HOUR
ONSET = NOW - 3 * HOUR


def month(mentions_per_day=70.0):
    sample = Corpus(now=NOW, random=Random(7))
    sample.add_background(mentions_per_day=mentions_per_day)
    return sample


def crisis_posts(role):
    sample = Corpus(now=NOW, random=Random(8))
    sample.crisis(ONSET, 2 * HOUR)
    return [replace(o, id=f"x{o.id}", role=role) for o in sample.observations]


def kinds(observations, state=None, now=NOW, **fields):
    detection = detect(WATCH, observations, state, now, make_context(NOW - 5 * HOUR, **fields))
    return [event.kind for event in detection.events]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTOMER])
def test_only_customers_open_a_crisis(role):
    background = month().observations
    assert kinds([*background, *crisis_posts(Role.CUSTOMER)]) == [IncidentKind.CRISIS]
    assert IncidentKind.CRISIS not in kinds([*background, *crisis_posts(role)])


def test_crisis_has_the_same_numbers_with_and_without_news_beside_it():
    posts = [*month().observations, *crisis_posts(Role.CUSTOMER)]
    more = [replace(o, id=f"n{o.id}", voice=f"n{o.voice}") for o in crisis_posts(Role.NEWS)]
    context = make_context(NOW - 5 * HOUR)
    alone = detect(WATCH, posts, None, NOW, context)
    assert detect(WATCH, [*posts, *more], None, NOW, context).events == alone.events
    evidence = collect_evidence([*posts, *more], None, ONSET, NOW)
    assert evidence == collect_evidence(posts, None, ONSET, NOW)


@pytest.mark.parametrize("share", [0.05, 0.4, 0.9])
def test_upgrade_that_finds_other_roles_from_now_on_raises_no_alarm(share):
    """Old mentions count as customers; of the new ones a share leaves the counts."""
    sample, random = month().observations, Random(9)
    upgrade = NOW - 2 * DAY
    before = [o for o in sample if o.at <= upgrade]
    context = make_context(upgrade - DAY)
    state = detect(WATCH, before, None, upgrade, context).state
    after = [
        replace(o, role=Role.AUTOMATED) if o.at > upgrade and random.random() < share else o
        for o in sample
    ]
    events = []
    for step in range(1, 49):
        detection = detect(WATCH, after, state, upgrade + step * HOUR, context)
        state, events = detection.state, [*events, *detection.events]
    assert events == []


def test_watch_on_which_only_programs_post_is_not_silent():
    sample = month(mentions_per_day=200.0).observations
    recent = NOW - 8 * HOUR
    state = detect(WATCH, [o for o in sample if o.at <= recent], None, recent, make_context(recent))
    silent = [o for o in sample if o.at <= recent]
    assert kinds(silent, state.state) == [IncidentKind.HEALTH]
    bots = [replace(o, role=Role.AUTOMATED) if o.at > recent else o for o in sample]
    assert kinds(bots, state.state) == []


# ---- news


def report(number, at, *, author=None, family="wire", sentiment=Sentiment.NEUTRAL):
    return Observation(
        id=f"r{number}",
        at=at,
        first_seen=at,
        voice=author,
        family=family,
        sentiment=sentiment,
        role=Role.NEWS,
    )


def history(authors, usual_per_window=0, days=20.0):
    """Return *authors* in the last hour after *days* with *usual_per_window* each six hours."""
    start = NOW - timedelta(days=days)
    old = [
        report(f"old{w}-{n}", NOW - (w + 1.5) * 6 * HOUR, author=f"p{n}")
        for w in range(int(4 * days) - 2)
        for n in range(usual_per_window)
    ]
    new = [report(n, NOW - HOUR * n / authors) for n in range(authors)]
    return NewsHistory(observations=(*old, *new), start=start)


def test_thirty_papers_with_one_text_are_a_wave():
    (spike,) = news_spikes("veloria", history(30), NOW)
    assert (spike.kind, spike.severity, spike.topic) == (IncidentKind.NEWS, 4, None)
    assert (spike.observed, spike.voices, spike.expected) == (30, 30, 0)
    assert spike.onset == NOW - HOUR * 29 / 30
    assert spike.score >= spike.threshold


@pytest.mark.parametrize(
    ("authors", "usual", "days", "count"),
    [
        (MIN_NEWS_AUTHORS, 0, 20, 1),
        (MIN_NEWS_AUTHORS - 1, 0, 20, 0),
        (12, 5, 20, 0),
        (25, 5, 20, 1),
        (30, 30, 20, 0),
        (30, 0, 3, 0),  # the last six hours are no history
        (30, 0, 3.5, 1),
    ],
)
def test_wave_is_compared_with_the_normal_news(authors, usual, days, count):
    assert len(news_spikes("veloria", history(authors, usual, days), NOW)) == count


def test_one_author_with_many_posts_is_no_wave():
    posts = [report(n, NOW - HOUR, author="paper", family=None) for n in range(40)]
    assert not has_many_news(posts, NOW)
    assert has_many_news(history(MIN_NEWS_AUTHORS).observations, NOW)


def test_wave_is_an_event_once_also_during_a_crisis():
    news = history(30)
    background = [*month().observations, *news.observations]
    assert kinds(background, news=news) == [IncidentKind.NEWS]
    detection = detect(WATCH, background, None, NOW, make_context(NOW - 5 * HOUR, news=news))
    assert kinds(background, detection.state, NOW + HOUR, news=news) == []
    crisis = [*background, *crisis_posts(Role.CUSTOMER)]
    assert kinds(crisis, news=news) == [IncidentKind.CRISIS, IncidentKind.NEWS]


def test_without_known_roles_there_is_no_wave():
    assert kinds([*month().observations, *history(30).observations]) == []


def test_evidence_of_a_wave_is_its_news():
    posts = [*crisis_posts(Role.CUSTOMER), *history(30).observations]
    evidence = collect_evidence(posts, None, NOW - HOUR, NOW, IncidentKind.NEWS)
    assert (len(evidence.mentions), evidence.voices, evidence.families) == (30, 30, 1)
