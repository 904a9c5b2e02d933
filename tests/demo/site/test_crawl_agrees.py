"""Sources of the product parse exactly the posts of the ground truth from the pages."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.plugins import load
from crawlers.decoding.charset import decode
from crawlers.source import Source
from demo.corpus_model import Corpus, Line
from demo.ground_truth import expected_lines, visible_text
from demo.site.app import Site
from demo.site.sources import site_sources
from demo.timeline import Timeline

pytestmark = pytest.mark.slow

ODD_TEXTS = st.text(max_size=40) | st.sampled_from(
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


def fetch(site, url, base, now):
    """Return the final URL and the body of *url*, after redirects and retries."""
    response = site.respond(url.removeprefix(base), now)
    while response.status in (301, 429):
        url = response.headers.get("location", url)
        response = site.respond(url.removeprefix(base), now)
    assert response.status == 200, url
    return url, response.body


def crawl(site, source, base, now):
    """Return the posts by URI that a source of the product parses with its own requests."""
    source_class = load("crawlers.sources", source.kind, Source)
    reader = source_class(source_class.Options(**source.options))
    pending_fetches, posts = list(reader.start_requests(None, now)), {}
    while pending_fetches:
        request = pending_fetches.pop()
        url, body = fetch(site, request.url, base, now)
        page = reader.parse(decode(body), request, url)
        posts |= {post.uri: post for post in page.posts}
        pending_fetches += page.next_fetches
    return posts


def crawl_all(site, corpus, base, now):
    posts = {}
    for source in site_sources(corpus, base):
        if source.state == "ok":
            posts |= crawl(site, source, base, now)
    return posts


def test_crawl_of_the_demo_corpus_equals_the_ground_truth(site, make_corpus, start, base):
    corpus = make_corpus(live=True)
    now = start + timedelta(seconds=300)
    truth, posts = expected_lines(corpus, start, base, now), crawl_all(site, corpus, base, now)
    assert posts.keys() == truth.keys()
    for uri, line in truth.items():
        post = posts[uri]
        assert visible_text(post.text) == visible_text(line.text)
        assert post.author == line.author
        assert post.published == start + timedelta(seconds=line.offset_s)
        assert post.language in (None, line.language)


def test_comments_have_their_parents(site, make_corpus, start, base):
    corpus = make_corpus(live=True)
    posts = crawl_all(site, corpus, base, start)
    replies = [post for post in posts.values() if post.parent]
    assert len(replies) > 300
    assert all(post.parent in posts for post in replies)


lines = st.builds(
    Line,
    site=st.sampled_from(["a", "Ünï/x", "mastodon.example", "private eye"]),
    kind=st.sampled_from(["rss", "atom", "forum", "mastodon"]),
    author=st.none() | st.text(max_size=8),
    text=ODD_TEXTS.map(lambda text: f"post {text} end"),
    language=st.none() | st.just("de"),
    parent=st.none() | st.integers(0, 11),
    offset_s=st.integers(-100_000, 0),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(lines, min_size=12, max_size=12))
def test_crawl_of_any_corpus_equals_the_ground_truth(start, base, corpus_lines):
    corpus = Corpus(lines=tuple(corpus_lines), watches=(), incidents=())
    site = Site(Timeline(corpus, start, base))
    truth, posts = (
        expected_lines(corpus, start, base, start),
        crawl_all(site, corpus, base, start),
    )
    assert posts.keys() == truth.keys()
    for uri, line in truth.items():
        assert visible_text(posts[uri].text) == visible_text(line.text)


def test_settings_of_the_sources(make_corpus, base):
    by_slug = {source.slug: source for source in site_sources(make_corpus(live=True), base)}
    redirected_sources = [
        source for source in by_slug.values() if source.options["url"].endswith("/rss")
    ]
    assert len(redirected_sources) == 1
    assert by_slug["urbanrider-comments"].options["url"] == f"{base}/urbanrider/comments.xml"
    assert by_slug["spokeyard"].kind == "forum"
    assert by_slug["velosocial"].kind == "mastodon"
    assert (by_slug["private"].state, by_slug["broken"].state) == ("forbidden", "broken")
    assert all(source.options["backfill_days"] >= 29 for source in by_slug.values())


@pytest.mark.parametrize("field", ["mood", "sentiment", "topic", "story", "incident", "onset"])
def test_pages_contain_no_ground_truth(site, start, field):
    for path in ("/velosocial/api/v1/timelines/public", "/pedalpost/feed.xml", "/spokeyard/"):
        body = site.respond(path, start).body.decode()
        assert f'"{field}' not in body
        assert f"<{field}" not in body
