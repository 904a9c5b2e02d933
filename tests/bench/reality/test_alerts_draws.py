"""Draws of mentions: reproducible and in a fixed order; and the times of a case."""

from datetime import timedelta
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reality.alerting.clock import START, at_hour, hours_at, moments, step
from bench.reality.alerting.draws import daily_rhythm, draw_mentions, fill, poisson

TINY = {
    "background": {"seed": 3, "a_day": 24, "from_h": 0, "to_h": 2},
    "say": [
        {
            "from_h": 0,
            "to_h": 1,
            "count": 2,
            "voice": "w",
            "text": "{cold|warm} {n}",
            "negative": 0.5,
        }
    ],
    "look": {"from_h": 0, "to_h": 1},
}
STATEMENT = {"from_h": 1, "to_h": 2, "count": 60, "voice": "cold", "topics": ["frame"]}
FRAMES = {"say": [STATEMENT], "look": {"from_h": 0, "to_h": 3}}


def test_order_of_draws_is_fixed():
    """The numbers are those of the script for which the inputs were written."""
    mentions = [(m.at_h, m.author, m.is_negative, m.topics, m.text) for m in draw_mentions(TINY)]
    assert mentions == [
        (0.07243628666754276, "w1", False, (), "cold 383452"),
        (0.09431701076677956, "v301", False, ("safety",), None),
        (0.16571693987929637, "v5", False, ("app", "safety"), None),
        (0.32383276483316237, "w0", False, (), "cold 414002"),
        (1.588906212322803, "v11", False, (), None),
        (1.624213086094751, "v261", True, (), None),
        (1.9570424743646249, "v30", False, (), None),
    ]


def test_more_statements_do_not_change_the_background():
    more = {**FRAMES, "say": [STATEMENT, {**STATEMENT, "voice": "warm"}]}
    before, after = draw_mentions(FRAMES), draw_mentions(more)
    assert [m for m in after if not m.author.startswith("warm")] == before
    assert len(after) == len(before) + 60


def test_parts_of_a_background_have_own_times_sources_and_authors():
    parts = [
        {"a_day": 50, "from_h": -48, "source": "news", "voice": "n", "topics": False},
        {"a_day": 50, "from_h": -24, "to_h": 0, "source": "forum", "voice": "f"},
    ]
    mentions = draw_mentions({"background": parts, "look": {"from_h": 0, "to_h": 12}})
    news = [m for m in mentions if m.source == "news"]
    forum = [m for m in mentions if m.source == "forum"]
    assert {m.author[0] for m in news} == {"n"}
    assert not any(m.topics for m in news)
    assert min(m.at_h for m in news) < -24 < min(m.at_h for m in forum)
    assert max(m.at_h for m in forum) < 0 < max(m.at_h for m in news)


def test_slow_change_of_share_and_volume():
    slow = {"a_day": 200, "from_h": -240, "negative_to": 0.9, "over_days": 5, "volume_to": 1}
    mentions = draw_mentions({"background": slow, "look": {"from_h": 0, "to_h": 240}})
    early = [m.is_negative for m in mentions if m.at_h < 0]
    late = [m.is_negative for m in mentions if m.at_h >= 120]
    assert fmean(early) == pytest.approx(0.22, abs=0.04)
    assert fmean(late) == pytest.approx(0.71, abs=0.04)
    assert len(late) / 5 == pytest.approx(2 * len(early) / 10, rel=0.15)


def test_mention_is_crawled_at_the_next_crawl():
    mentions = draw_mentions({**TINY, "heard_every_h": 0.5})
    assert [m.crawled_h for m in mentions] == [0.5, 0.5, 0.5, 0.5, 2, 2, 2]


def test_mentions_of_a_pause_are_crawled_after_it():
    mentions = draw_mentions({**TINY, "off": [{"from_h": 0.1, "to_h": 1.6}]})
    assert [m.crawled_h > 1.6 for m in mentions] == [False, False, *[True] * 5]
    assert [m.crawled_h for m in mentions[2:5]] == [pytest.approx(1.65)] * 3
    assert all(m.crawled_h == m.at_h for m in mentions[:2] + mentions[5:])


def test_mentions_of_an_unreachable_source_are_lost():
    gap = {"source": "blog", "from_h": 0, "to_h": 1.6}
    authors = [m.author for m in draw_mentions({**TINY, "lost": [gap]})]
    assert authors == ["w1", "w0", "v261", "v30"]


@given(st.integers(0, 10**6), st.floats(0.1, 20))
def test_poisson_numbers_have_the_given_mean(seed, mean):
    random = Random(seed)
    counts = [poisson(random, mean) for _ in range(400)]
    assert fmean(counts) == pytest.approx(mean, abs=6 * (mean / 400) ** 0.5)


def test_daily_rhythm():
    factors = [daily_rhythm(START + timedelta(hours=n)) for n in range(24)]
    assert fmean(factors) == pytest.approx(1)
    assert min(factors) == pytest.approx(0.2)
    assert factors[0] == pytest.approx(1.8)  # 14:00 in Berlin


@given(st.integers(0, 10**6))
def test_placeholders_are_choices_or_numbers(seed):
    words = fill("{a|b} {n} {n} c", Random(seed)).split()
    assert words[0] in "ab"
    assert words[1].isdecimal()
    assert words[2:] != ["{n}", "c"]
    assert words[3] == "c"


def test_hours_count_from_the_start():
    assert hours_at(at_hour(-36.5)) == -36.5
    assert START.weekday() == 2


def test_no_detection_in_a_pause():
    case = {"look": {"from_h": 0, "to_h": 2.5}, "off": [{"from_h": 0.5, "to_h": 1.5}]}
    every = step(case, 30)
    assert [hours_at(at) for at in moments(case, every)] == [0, 0.5, 1.5, 2, 2.5]
    assert step({"look": {"every_min": 5}}, 30) == timedelta(minutes=5)
