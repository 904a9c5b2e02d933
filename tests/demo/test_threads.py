"""Parents of posts in threads."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from demo.market import Draft, Venue
from demo.threads import MAX_PAUSE, MAX_POSTS, parents

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def draft(kind="forum", *, hours=0, **fields):
    defaults = {
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
    return Draft(**{**defaults, **fields})


def parents_of(*drafts):
    return parents(drafts, Random(1))


def test_posts_on_one_subject_are_one_thread():
    assert parents_of(draft(), draft(hours=1), draft(hours=2)) == [None, 0, 0]


@pytest.mark.parametrize("other", [{"thread": "price"}, {"watch": "oskelo"}, {"language": "de"}])
def test_other_subject_brand_or_language_is_another_thread(other):
    assert parents_of(draft(), draft(hours=1, **other)) == [None, None]


def test_post_of_another_site_is_no_reply():
    assert parents_of(draft(), draft("mastodon", hours=1)) == [None, None]


def test_thread_ends_after_a_pause():
    hours = MAX_PAUSE / timedelta(hours=1)
    assert parents_of(draft(), draft(hours=hours - 1), draft(hours=2 * hours - 1)) == [
        None,
        0,
        None,
    ]


def test_thread_has_a_maximum_length():
    parent_numbers = parents_of(*(draft(hours=n / 100) for n in range(MAX_POSTS + 2)))
    assert parent_numbers == [None, *[0] * (MAX_POSTS - 1), None, MAX_POSTS]


def test_parent_of_a_comment_is_the_article_of_its_subject_or_brand():
    battery, price = (draft("rss", thread=t, is_article=True) for t in ("battery", "price"))
    comments = [draft("rss", hours=1, thread=t) for t in ("battery", "price", "app")]
    assert parents_of(battery, price, *comments) == [None, None, 0, 1, 1]


def test_article_has_no_parent():
    article = draft("atom", is_article=True)
    assert parents_of(article, article) == [None, None]


def test_most_posts_of_mastodon_have_no_parent():
    parent_numbers = parents_of(*(draft("mastodon", hours=n / 10) for n in range(200)))
    assert 10 < sum(parent is not None for parent in parent_numbers) < 60
