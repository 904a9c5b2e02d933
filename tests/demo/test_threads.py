"""Who answers whom."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from demo.market import Draft, Venue
from demo.threads import MAX_PAUSE, MAX_POSTS, parents

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def draft(kind="forum", *, hours=0, **fields):
    usual = {
        "at": NOON + timedelta(hours=hours),
        "venue": Venue(site=f"a {kind}", kind=kind, shares={}),
        "author": "ada",
        "text": "t",
        "language": "en",
        "mood": "neutral",
        "watch": "velorra",
        "thread": "battery",
        "story": "heat",
    }
    return Draft(**{**usual, **fields})


def answered(*drafts):
    return parents(drafts, Random(1))


def test_posts_on_one_matter_are_one_thread():
    assert answered(draft(), draft(hours=1), draft(hours=2)) == [None, 0, 0]


@pytest.mark.parametrize("other", [{"thread": "price"}, {"watch": "oskelo"}, {"language": "de"}])
def test_another_matter_maker_or_language_is_another_thread(other):
    assert answered(draft(), draft(hours=1, **other)) == [None, None]


def test_a_forum_does_not_answer_another():
    assert answered(draft(), draft("mastodon", hours=1)) == [None, None]


def test_a_thread_that_fell_silent_is_answered_no_more():
    hours = MAX_PAUSE / timedelta(hours=1)
    assert answered(draft(), draft(hours=hours - 1), draft(hours=2 * hours - 1)) == [None, 0, None]


def test_a_thread_ends_when_it_is_long():
    found = answered(*(draft(hours=n / 100) for n in range(MAX_POSTS + 2)))
    assert found == [None, *[0] * (MAX_POSTS - 1), None, MAX_POSTS]


def test_a_comment_stands_under_the_article_of_its_matter_else_of_its_maker():
    battery, price = (draft("rss", thread=t, is_article=True) for t in ("battery", "price"))
    comments = [draft("rss", hours=1, thread=t) for t in ("battery", "price", "app")]
    assert answered(battery, price, *comments) == [None, None, 0, 1, 1]


def test_an_article_answers_nothing():
    article = draft("atom", is_article=True)
    assert answered(article, article) == [None, None]


def test_most_posts_of_mastodon_stand_alone():
    found = answered(*(draft("mastodon", hours=n / 10) for n in range(200)))
    assert 10 < sum(parent is not None for parent in found) < 60
