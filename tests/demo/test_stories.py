"""The stories of the corpus: properties of the crisis, and of harmless events."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from demo.rhythm import ZONE

pytestmark = pytest.mark.slow

HOURS = [datetime(2026, 11, 21, hour, 30, tzinfo=UTC) for hour in range(0, 24, 3)]


def lines_of(corpus, story, *, before=0, language=None, mood=None):
    """Return the lines of *story* with an offset below *before*, filtered by language and mood."""
    moods = corpus.notes["moods"]
    return [line for n, line in enumerate(corpus.lines)
            if corpus.notes["told_in"][n] == story and line.offset_s < before
            and language in (None, line.language) and mood in (None, moods[n])]  # fmt: skip


def author_count(lines):
    return len({(line.site, line.author) for line in lines})


def test_product_crisis_has_ninety_negative_english_authors(any_corpus):
    assert author_count(lines_of(any_corpus, "heat", language="en", mood="negative")) >= 90
    assert author_count(lines_of(any_corpus, "heat")) >= 115


def test_texts_of_the_crisis_are_distinct(any_corpus):
    lines = lines_of(any_corpus, "heat", language="en")
    assert len({line.text for line in lines}) > 0.95 * len(lines)


def test_ground_truth_has_the_first_post_of_the_crisis(any_corpus):
    """The onset is the start of the excess: four more posts follow within ten minutes."""
    onset = any_corpus.incidents[0]
    lines = lines_of(any_corpus, "heat")
    assert onset.watch == "velorra"
    assert onset.onset_s == lines[0].offset_s
    assert -5 * 3600 < onset.onset_s <= -5400
    assert sum(line.offset_s <= onset.onset_s + 600 for line in lines) >= 5


def test_crisis_spreads_from_one_forum_to_all_kinds_of_sites(any_corpus):
    lines = lines_of(any_corpus, "heat")
    assert {line.site for line in lines[:5]} == {"spokeyard"}
    assert {line.kind for line in lines} == {"rss", "atom", "forum", "mastodon"}


def test_crisis_has_recent_posts_at_any_hour(make_corpus):
    """At any hour the last 15 minutes have at least four negative English posts."""
    for seed, now in enumerate(HOURS):
        lines = lines_of(make_corpus(seed, now), "heat", language="en", mood="negative")
        assert sum(line.offset_s > -900 for line in lines) >= 4


@pytest.mark.parametrize("now", HOURS)
def test_smaller_story_is_of_yesterday_only(make_corpus, now):
    lines = lines_of(make_corpus(5, now), "signin")
    yesterday = (now.astimezone(ZONE) - timedelta(days=1)).date()
    days = {(now + timedelta(seconds=line.offset_s)).astimezone(ZONE).date() for line in lines}
    assert days == {yesterday}
    assert len(lines) >= 40


def test_smaller_story_has_few_negative_authors(any_corpus):
    """8 to 14 people complain over hours, in English fewer than a crisis needs."""
    assert 8 <= author_count(lines_of(any_corpus, "signin", mood="negative")) <= 14
    assert author_count(lines_of(any_corpus, "signin", mood="negative", language="en")) <= 5


@pytest.mark.parametrize("now", HOURS)
def test_no_harmless_event_is_of_yesterday(make_corpus, now):
    """The smaller story has to be the biggest change of yesterday."""
    yesterday = (now.astimezone(ZONE) - timedelta(days=1)).date()
    for story in ("joy", "campaign", "reposts", "quarrel"):
        for line in lines_of(make_corpus(8, now), story):
            at = now + timedelta(seconds=line.offset_s)
            assert at.astimezone(ZONE).date() != yesterday, story


def test_one_harmless_event_is_of_the_last_two_days(any_corpus):
    newest_offsets = [max(line.offset_s for line in lines_of(any_corpus, story))
                for story in ("joy", "reposts", "quarrel")]  # fmt: skip
    assert sum(offset > -48 * 3600 for offset in newest_offsets) == 1


def test_calm_corpus_has_harmless_events_only(make_corpus):
    stories = Counter(make_corpus(2, calm=True).notes["told_in"])
    assert make_corpus(2, calm=True).incidents == ()
    assert not {"heat", "signin", "billing"} & stories.keys()
    assert {"campaign", "joy", "reposts", "quarrel", "spam", "sarcasm", "hostile"} <= stories.keys()


def test_live_corpus_has_a_second_crisis_of_a_competitor(make_corpus):
    corpus = make_corpus(6, live=True)
    lines = lines_of(corpus, "billing", before=10_000)
    assert corpus.incidents[-1].watch == "tandrix"
    assert corpus.incidents[-1].onset_s == lines[0].offset_s == 20
    assert author_count([line for line in lines if line.offset_s <= 120]) >= 40
    assert lines[-1].offset_s <= 240


def test_second_crisis_needs_live(make_corpus):
    assert lines_of(make_corpus(6), "billing", before=10_000) == []


def test_campaign_has_many_positive_authors(any_corpus):
    lines = lines_of(any_corpus, "campaign")
    assert author_count(lines) == len(lines) > 60
    assert lines_of(any_corpus, "campaign", mood="negative") == []


def test_robots_are_marked_and_nobody_else(any_corpus):
    roles, told_in = any_corpus.notes["roles"], any_corpus.notes["told_in"]
    for line, role, story in zip(any_corpus.lines, roles, told_in, strict=True):
        assert line.is_bot == (story == "spam")
        bot_role = "automated" if line.kind == "mastodon" else "advert"
        assert role == (bot_role if line.is_bot else "customer")
