"""The corpus is rich, lifelike and the same on every machine."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.tokenizer import tokenize
from demo.corpus import BROKEN, PRIVATE, generate

MONTH = 28 * 86400


def numbered(corpus, story):
    return [n for n, told in enumerate(corpus.notes["told_in"]) if told == story]


def test_it_has_three_thousand_mentions_in_four_languages(any_corpus):
    past = [line for line in any_corpus.lines if line.offset_s < 0]
    languages = Counter(line.language for line in past)
    assert len(past) >= 3000
    assert 0.6 < languages["en"] / len(past) < 0.76
    assert min(languages[code] for code in ("de", "fr", "es")) > 200


def test_it_spans_four_weeks_and_not_more(any_corpus):
    assert -MONTH <= any_corpus.lines[0].offset_s < -MONTH + 86400


def test_most_texts_are_distinct(any_corpus):
    """At least 0.6 of what stands outside the planted reposts."""
    told = any_corpus.notes["told_in"]
    texts = [line.text for line, story in zip(any_corpus.lines, told, strict=True)
             if story != "reposts"]  # fmt: skip
    assert len(set(texts)) / len(texts) > 0.85


def test_ordinary_talk_is_not_sour(any_corpus):
    moods = [any_corpus.notes["moods"][n] for n in numbered(any_corpus, "ordinary")]
    assert 0.15 < moods.count("negative") / len(moods) < 0.25


def test_each_maker_has_its_share(any_corpus):
    ordinary = numbered(any_corpus, "ordinary")
    a_day = Counter(any_corpus.notes["about"][n] for n in ordinary)
    assert 60 < a_day["velorra"] / 28 < 80
    assert 15 < a_day["tandrix"] / 28 < 26
    assert 15 < a_day["oskelo"] / 28 < 26
    assert a_day[None] > 100


def test_a_post_names_the_maker_it_is_about_and_no_other(any_corpus):
    """So the watches' plain queries find exactly the posts that were written for them."""
    names = {w.slug: [tokenize(q) for q in w.query.split(" OR ")] for w in any_corpus.watches}
    for line, about in zip(any_corpus.lines, any_corpus.notes["about"], strict=True):
        heard = " ".join(tokenize(line.text))
        matching = {s for s, qs in names.items() if any(" ".join(q) in heard for q in qs)}
        assert matching == ({about} if about else set()), line.text[:100]


def test_the_same_seed_and_minute_give_the_same_corpus():
    now = datetime(2026, 5, 5, 5, 5, 5, tzinfo=UTC)
    assert generate(3, now) == generate(3, now + timedelta(seconds=54))


@pytest.mark.parametrize("other", [{"seed": 4}, {"now": datetime(2026, 5, 5, 5, 6, tzinfo=UTC)}])
def test_another_seed_or_minute_gives_another_corpus(other):
    wishes = {"seed": 3, "now": datetime(2026, 5, 5, 5, 5, tzinfo=UTC)}
    assert generate(**wishes).lines != generate(**{**wishes, **other}).lines


def test_parents_are_older_and_stand_on_the_same_site(any_corpus):
    for line in any_corpus.lines:
        if line.parent is not None:
            above = any_corpus.lines[line.parent]
            assert above.site == line.site
            assert above.offset_s <= line.offset_s
            assert above.parent is None


def test_blogs_have_articles_and_comments_and_forums_have_threads(any_corpus):
    answers = Counter((line.kind, line.parent is None) for line in any_corpus.lines)
    assert all(answers[kind, is_first] > 20
               for kind in ("rss", "atom", "forum", "mastodon")
               for is_first in (True, False))  # fmt: skip


def test_ten_posts_are_hostile(make):
    texts = [make().lines[n].text for n in numbered(make(), "hostile")]
    assert len(texts) == 10
    for sign in ("<script>", "\u202e", "\x1b[", "{{7*7}}", "=HYPERLINK", "\u0336", "\ufeff"):
        assert any(sign in text for text in texts), sign
    assert max(map(len, texts)) == pytest.approx(30_000, rel=0.05)


def test_reposts_are_many_and_their_voices_few(make):
    lines = [make().lines[n] for n in numbered(make(), "reposts")]
    assert len(lines) >= 60
    assert len({line.text for line in lines}) == 1
    assert len({line.author for line in lines}) <= 4


def test_a_quarrel_is_one_thread_of_few_over_two_hours(make):
    lines = [make().lines[n] for n in numbered(make(), "quarrel")]
    assert len({line.author for line in lines}) in (4, 5)
    assert 6000 < lines[-1].offset_s - lines[0].offset_s <= 7200
    assert len({line.parent for line in lines}) == 2  # none, and the first of them


def test_the_private_and_the_broken_site_have_posts_to_miss(make):
    sites = Counter(line.site for line in make().lines)
    assert sites[PRIVATE] >= 5
    assert sites[BROKEN] >= 5


def test_a_trickle_goes_on_for_a_quarter_of_an_hour(make):
    """Whatever the hour: something new within half a minute, then every minute or so, calm."""
    calm = make(calm=True)
    later = [n for n, line in enumerate(calm.lines) if line.offset_s > 0]
    times = [calm.lines[n].offset_s for n in later]
    assert times[0] < 30
    assert times[-1] >= 900
    assert max(b - a for a, b in pairwise(times)) < 60
    assert [calm.notes["moods"][n] for n in later].count("negative") <= 0.25 * len(later)
