"""The planted stories: what a crisis is made of, and that nothing else looks like one."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from demo.rhythm import ZONE

pytestmark = pytest.mark.slow

HOURS = [datetime(2026, 11, 21, hour, 30, tzinfo=UTC) for hour in range(0, 24, 3)]


def told(corpus, story, *, before=0, language=None, mood=None):
    """Numbers and lines of *story* with an offset under *before*."""
    moods = corpus.notes["moods"]
    return [line for n, line in enumerate(corpus.lines)
            if corpus.notes["told_in"][n] == story and line.offset_s < before
            and language in (None, line.language) and mood in (None, moods[n])]  # fmt: skip


def voices(lines):
    return len({(line.site, line.author) for line in lines})


def test_the_product_crisis_has_ninety_angry_english_voices_by_now(any_corpus):
    assert voices(told(any_corpus, "heat", language="en", mood="negative")) >= 90
    assert voices(told(any_corpus, "heat")) >= 115


def test_its_texts_are_distinct(any_corpus):
    lines = told(any_corpus, "heat", language="en")
    assert len({line.text for line in lines}) > 0.95 * len(lines)


def test_the_truth_names_its_first_post(any_corpus):
    """Onset is where the excess begins: four more posts follow within ten minutes."""
    onset = any_corpus.incidents[0]
    lines = told(any_corpus, "heat")
    assert onset.watch == "velorra"
    assert onset.onset_s == lines[0].offset_s
    assert -5 * 3600 < onset.onset_s <= -5400
    assert sum(line.offset_s <= onset.onset_s + 600 for line in lines) >= 5


def test_it_spreads_from_one_forum_to_mastodon_and_the_blogs(any_corpus):
    lines = told(any_corpus, "heat")
    assert {line.site for line in lines[:5]} == {"spokeyard"}
    assert {line.kind for line in lines} == {"rss", "atom", "forum", "mastodon"}


def test_it_is_as_loud_in_the_night_as_at_noon(make):
    """The last quarter of an hour brings at least four new angry English voices at any hour."""
    for seed, now in enumerate(HOURS):
        lines = told(make(seed, now), "heat", language="en", mood="negative")
        assert sum(line.offset_s > -900 for line in lines) >= 4


@pytest.mark.parametrize("now", HOURS)
def test_the_smaller_story_is_of_yesterday_and_over(make, now):
    lines = told(make(5, now), "signin")
    yesterday = (now.astimezone(ZONE) - timedelta(days=1)).date()
    days = {(now + timedelta(seconds=line.offset_s)).astimezone(ZONE).date() for line in lines}
    assert days == {yesterday}
    assert len(lines) >= 40


def test_the_smaller_story_is_hardly_cross(any_corpus):
    """8 to 14 grumble over hours; in English fewer than a crisis needs above the usual."""
    assert 8 <= voices(told(any_corpus, "signin", mood="negative")) <= 14
    assert voices(told(any_corpus, "signin", mood="negative", language="en")) <= 5


@pytest.mark.parametrize("now", HOURS)
def test_no_burst_of_friends_or_copies_falls_on_yesterday(make, now):
    """The smaller story has to be yesterday's biggest change."""
    yesterday = (now.astimezone(ZONE) - timedelta(days=1)).date()
    for story in ("joy", "campaign", "reposts", "quarrel"):
        for line in told(make(8, now), story):
            at = now + timedelta(seconds=line.offset_s)
            assert at.astimezone(ZONE).date() != yesterday, story


def test_one_burst_is_of_the_last_two_days(any_corpus):
    youngest = [max(line.offset_s for line in told(any_corpus, story))
                for story in ("joy", "reposts", "quarrel")]  # fmt: skip
    assert sum(offset > -48 * 3600 for offset in youngest) == 1


def test_calm_has_neither_crisis_nor_story_but_all_else(make):
    stories = Counter(make(2, calm=True).notes["told_in"])
    assert make(2, calm=True).incidents == ()
    assert not {"heat", "signin", "billing"} & stories.keys()
    assert {"campaign", "joy", "reposts", "quarrel", "spam", "sarcasm", "hostile"} <= stories.keys()


def test_live_starts_a_second_crisis_of_a_competitor(make):
    corpus = make(6, live=True)
    lines = told(corpus, "billing", before=10_000)
    assert corpus.incidents[-1].watch == "tandrix"
    assert corpus.incidents[-1].onset_s == lines[0].offset_s == 20
    assert voices([line for line in lines if line.offset_s <= 120]) >= 40
    assert lines[-1].offset_s <= 240


def test_without_live_nobody_is_billed_twice(make):
    assert told(make(6), "billing", before=10_000) == []


def test_the_campaign_is_many_friendly_voices(any_corpus):
    lines = told(any_corpus, "campaign")
    assert voices(lines) == len(lines) > 60
    assert told(any_corpus, "campaign", mood="negative") == []
