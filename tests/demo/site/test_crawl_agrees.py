"""The sources of the product read from the site's pages what the truth says, letter by letter."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.plugins import load
from crawlers.source import Source
from demo.corpus_model import Corpus, Line
from demo.ground_truth import expected_lines, visible_text
from demo.site.app import Site
from demo.site.sources import site_sources
from demo.timeline import Timeline

pytestmark = pytest.mark.slow

WEIRD = st.text(max_size=40) | st.sampled_from(
    [
        "<b>bold</b> & co",
        "]]>",
        "a\x00b\x1b[1m\x85c",
        "\ud800 lone",
        "x\r\ny\n\nz",
        "\ufeff\u202e",
        "",
    ]
)


def opened(site, url, base, now):
    """Where *url* leads, and what it says there; whoever is limited asks again."""
    answer = site.respond(url.removeprefix(base), now)
    while answer.status in (301, 429):
        url = answer.headers.get("location", url)
        answer = site.respond(url.removeprefix(base), now)
    assert answer.status == 200, url
    return url, answer.body


def crawl(site, source, base, now):
    """Posts by uri, as a source of the product finds them when it follows its own requests."""
    kind = load("crawlers.sources", source.kind, Source)
    reading = kind(kind.Options(**source.options))
    waiting, found = list(reading.start_requests(None, now)), {}
    while waiting:
        fetch = waiting.pop()
        url, body = opened(site, fetch.url, base, now)
        page = reading.parse(body, fetch, url)
        found |= {post.uri: post for post in page.posts}
        waiting += page.next_fetches
    return found


def crawled(site, corpus, base, now):
    found = {}
    for source in site_sources(corpus, base):
        if source.state == "ok":
            found |= crawl(site, source, base, now)
    return found


def test_a_crawl_of_our_corpus_finds_the_truth(site, make, started, base):
    corpus = make(live=True)
    now = started + timedelta(seconds=300)
    truth, found = expected_lines(corpus, started, base, now), crawled(site, corpus, base, now)
    assert found.keys() == truth.keys()
    for uri, line in truth.items():
        post = found[uri]
        assert visible_text(post.text) == visible_text(line.text)
        assert post.author == line.author
        assert post.published == started + timedelta(seconds=line.offset_s)
        assert post.language in (None, line.language)


def test_comments_name_what_they_answer(site, make, started, base):
    corpus = make(live=True)
    found = crawled(site, corpus, base, started)
    answers = [post for post in found.values() if post.parent]
    assert len(answers) > 300
    assert all(post.parent in found for post in answers)


lines = st.builds(
    Line,
    site=st.sampled_from(["a", "Ünï/x", "mastodon.example", "private eye"]),
    kind=st.sampled_from(["rss", "atom", "forum", "mastodon"]),
    author=st.none() | st.text(max_size=8),
    text=WEIRD.map(lambda text: f"post {text} end"),
    language=st.none() | st.just("de"),
    parent=st.none() | st.integers(0, 11),
    offset_s=st.integers(-100_000, 0),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(lines, min_size=12, max_size=12))
def test_a_crawl_of_any_corpus_finds_the_truth(started, base, found):
    corpus = Corpus(lines=tuple(found), watches=(), incidents=())
    site = Site(Timeline(corpus, started, base))
    truth, heard = (
        expected_lines(corpus, started, base, started),
        crawled(site, corpus, base, started),
    )
    assert heard.keys() == truth.keys()
    for uri, line in truth.items():
        assert visible_text(heard[uri].text) == visible_text(line.text)


def test_the_sources_are_those_an_operator_would_write(make, base):
    found = {source.slug: source for source in site_sources(make(live=True), base)}
    moved = [source for source in found.values() if source.options["url"].endswith("/rss")]
    assert len(moved) == 1
    assert found["urbanrider-comments"].options["url"] == f"{base}/urbanrider/comments.xml"
    assert found["spokeyard"].kind == "forum"
    assert found["velosocial"].kind == "mastodon"
    assert (found["private"].state, found["broken"].state) == ("forbidden", "broken")
    assert all(source.options["backfill_days"] >= 29 for source in found.values())


@pytest.mark.parametrize("field", ["mood", "sentiment", "topic", "story", "incident", "onset"])
def test_the_site_tells_nothing_of_the_truth(site, started, field):
    for path in ("/velosocial/api/v1/timelines/public", "/pedalpost/feed.xml", "/spokeyard/"):
        body = site.respond(path, started).body.decode()
        assert f'"{field}' not in body
        assert f"<{field}" not in body
