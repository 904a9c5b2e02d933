"""Both peers of the crawl benchmark read the same posts of the same site."""

import json
from itertools import pairwise

import pytest

from bench.speed import crawling, plain_spider
from demo.corpus import write
from harken.clock import Clock


@pytest.fixture(scope="module")
def corpus():
    return crawling.markets([1], Clock().now())


@pytest.fixture(scope="module")
def base(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    write(corpus, folder)
    with crawling.site(folder, Clock()) as address:
        yield address


def count(corpus):
    """Return the number of posts on the timeline and comments below the articles of the blog."""
    timeline = [line for line in corpus.lines if line.site == crawling.INSTANCE]
    blog = [line for line in corpus.lines if line.site == crawling.FEED]
    comments = [line for line in blog if line.parent is not None]
    return len(timeline) + len(comments)


def parent_texts(lines, among):
    """Return the text to which each of *lines* replies."""
    return [None if line.parent is None else among[line.parent].text for line in lines]


def test_combined_markets_keep_their_replies():
    now = Clock().now()
    first, second = (crawling.markets([seed], now).lines for seed in (1, 2))
    both = crawling.markets([1, 2], now).lines
    assert both[: len(first)] == first
    assert parent_texts(both[len(first) :], both) == parent_texts(second, second)


def test_nothing_is_published_during_the_crawl():
    assert max(line.offset_s for line in crawling.markets([1, 2], Clock().now()).lines) <= 0


@pytest.mark.crawl
def test_plain_spider_finds_every_post(base, corpus):
    lap = crawling.plain_lap(base)
    assert lap.posts == count(corpus)
    assert lap.rate == lap.posts / lap.seconds


@pytest.mark.crawl
def test_our_crawl_finds_every_post(base, corpus):
    assert crawling.our_lap(base, corpus, Clock()).posts == count(corpus)


@pytest.mark.crawl
def test_posts_of_the_plain_spider_are_complete(base, tmp_path):
    out = tmp_path / "posts.json"
    crawling.python(
        "bench.speed.plain_spider", base, crawling.INSTANCE, "pedalpost/comments.xml", out
    )
    posts = json.loads(out.read_text())
    assert all(post["url"].startswith(base) and post["published"] for post in posts)
    assert sum(bool(post["text"].strip()) for post in posts) > 0.99 * len(posts)
    timeline = [p["published"] for p in posts if f"/{crawling.INSTANCE}/" in p["url"]]
    assert all(newer >= older for newer, older in pairwise(timeline))


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Loud <b>brake</b></p>", "Loud  brake"),
        ("plain &amp; simple", "plain & simple"),
        ("", ""),
    ],
)
def test_plain_text_of_html(html, words):
    assert plain_spider.plain_text(html) == words
