"""The corpus is large, realistic and the same on every machine."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.tokenizer import tokenize
from demo.corpus import BROKEN, PRIVATE, generate

MONTH = 28 * 86400


def numbers_of_story(corpus, story):
    return [n for n, story_of_line in enumerate(corpus.notes["told_in"]) if story_of_line == story]


def test_corpus_has_three_thousand_mentions_in_four_languages(any_corpus):
    past = [line for line in any_corpus.lines if line.offset_s < 0]
    languages = Counter(line.language for line in past)
    assert len(past) >= 3000
    assert 0.6 < languages["en"] / len(past) < 0.76
    assert min(languages[code] for code in ("de", "fr", "es")) > 200


def test_corpus_spans_four_weeks(any_corpus):
    assert -MONTH <= any_corpus.lines[0].offset_s < -MONTH + 86400


def test_most_texts_are_distinct(any_corpus):
    """Of the texts that are not reposts at least 0.85 are distinct."""
    stories = any_corpus.notes["told_in"]
    texts = [line.text for line, story in zip(any_corpus.lines, stories, strict=True)
             if story != "reposts"]  # fmt: skip
    assert len(set(texts)) / len(texts) > 0.85


def test_background_posts_are_rarely_negative(any_corpus):
    moods = [any_corpus.notes["moods"][n] for n in numbers_of_story(any_corpus, "ordinary")]
    assert 0.15 < moods.count("negative") / len(moods) < 0.25


def test_each_brand_has_its_share(any_corpus):
    ordinary = numbers_of_story(any_corpus, "ordinary")
    a_day = Counter(any_corpus.notes["about"][n] for n in ordinary)
    assert 60 < a_day["velorra"] / 28 < 80
    assert 15 < a_day["tandrix"] / 28 < 26
    assert 15 < a_day["oskelo"] / 28 < 26
    assert a_day[None] > 100


def test_post_names_its_own_brand_only(any_corpus):
    """The queries of the watches therefore match exactly the posts that were written for them."""
    names = {w.slug: [tokenize(q) for q in w.query.split(" OR ")] for w in any_corpus.watches}
    for line, about in zip(any_corpus.lines, any_corpus.notes["about"], strict=True):
        words = " ".join(tokenize(line.text))
        matching = {s for s, qs in names.items() if any(" ".join(q) in words for q in qs)}
        assert matching == ({about} if about else set()), line.text[:100]


def test_corpus_depends_on_seed_and_minute_only():
    now = datetime(2026, 5, 5, 5, 5, 5, tzinfo=UTC)
    assert generate(3, now) == generate(3, now + timedelta(seconds=54))


@pytest.mark.parametrize("other", [{"seed": 4}, {"now": datetime(2026, 5, 5, 5, 6, tzinfo=UTC)}])
def test_other_seed_or_minute_gives_another_corpus(other):
    options = {"seed": 3, "now": datetime(2026, 5, 5, 5, 5, tzinfo=UTC)}
    assert generate(**options).lines != generate(**{**options, **other}).lines


def test_parents_are_older_posts_of_the_same_site(any_corpus):
    for line in any_corpus.lines:
        if line.parent is not None:
            parent = any_corpus.lines[line.parent]
            assert parent.site == line.site
            assert parent.offset_s <= line.offset_s
            assert parent.parent is None


def test_blogs_have_articles_and_comments_and_forums_have_threads(any_corpus):
    counts = Counter((line.kind, line.parent is None) for line in any_corpus.lines)
    assert all(counts[kind, is_first] > 20
               for kind in ("rss", "atom", "forum", "mastodon")
               for is_first in (True, False))  # fmt: skip


def test_ten_posts_are_hostile(make_corpus):
    texts = [make_corpus().lines[n].text for n in numbers_of_story(make_corpus(), "hostile")]
    assert len(texts) == 10
    for sign in ("<script>", "\u202e", "\x1b[", "{{7*7}}", "=HYPERLINK", "\u0336", "\ufeff"):
        assert any(sign in text for text in texts), sign
    assert max(map(len, texts)) == pytest.approx(30_000, rel=0.05)


def test_reposts_are_many_by_few_authors(make_corpus):
    lines = [make_corpus().lines[n] for n in numbers_of_story(make_corpus(), "reposts")]
    assert len(lines) >= 60
    assert len({line.text for line in lines}) == 1
    assert len({line.author for line in lines}) <= 4


def test_quarrel_is_one_thread_of_few_authors_over_two_hours(make_corpus):
    lines = [make_corpus().lines[n] for n in numbers_of_story(make_corpus(), "quarrel")]
    assert len({line.author for line in lines}) in (4, 5)
    assert 6000 < lines[-1].offset_s - lines[0].offset_s <= 7200
    assert len({line.parent for line in lines}) == 2  # none, and the first of them


def test_private_and_broken_sites_have_posts(make_corpus):
    sites = Counter(line.site for line in make_corpus().lines)
    assert sites[PRIVATE] >= 5
    assert sites[BROKEN] >= 5


def test_posts_continue_for_a_quarter_of_an_hour(make_corpus):
    """At any hour a post is published within half a minute, then at least every minute."""
    calm = make_corpus(calm=True)
    later = [n for n, line in enumerate(calm.lines) if line.offset_s > 0]
    times = [calm.lines[n].offset_s for n in later]
    assert times[0] < 30
    assert times[-1] >= 900
    assert max(b - a for a, b in pairwise(times)) < 60
    assert [calm.notes["moods"][n] for n in later].count("negative") <= 0.25 * len(later)
