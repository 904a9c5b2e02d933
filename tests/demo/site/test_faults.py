"""Deliberate faults of the site."""

import json
import os

import pytest

from core.plugins import load
from crawlers.decoding.charset import decode
from crawlers.source import Fetch, Source
from demo.site.app import Site
from demo.site.faults import rate_limited_path
from demo.timeline import Timeline


@pytest.fixture
def control(tmp_path):
    return tmp_path / "control.json"


@pytest.fixture
def faulty_site(replay, control):
    return Site(replay, control)


def status(site, path, now):
    return site.respond(path, now).status


def test_robots_txt_forbids_the_private_site_only(site, start):
    rules = site.respond("/robots.txt", start).body.decode()
    assert rules == "User-agent: *\nDisallow: /private/\n"
    assert status(site, "/private/feed.xml", start) == 200


def test_one_url_is_rate_limited_once(site, replay, start):
    path = rate_limited_path(replay)
    first = site.respond(path, start)
    assert first.status == 429
    assert first.headers["retry-after"] == "2"
    assert [status(site, path, start) for _ in range(3)] == [200] * 3


def test_no_other_url_is_rate_limited(site, replay, start):
    entrances = ["/pedalpost/feed.xml", "/spokeyard/", "/velosocial/api/v1/timelines/public"]
    assert rate_limited_path(replay) not in entrances
    assert [status(site, path, start) for path in entrances] == [200] * 3


def test_empty_corpus_has_no_rate_limit(make_corpus, start, base):
    empty = type(make_corpus())(lines=(), watches=(), incidents=())
    assert rate_limited_path(Timeline(empty, start, base)) is None


@pytest.mark.parametrize("slug", ["pedalpost", "urbanrider"])
def test_blog_redirects(site, start, base, slug):
    response = site.respond(f"/{slug}/rss", start)
    assert response.status == 301
    assert response.headers["location"] == f"{base}/{slug}/feed.xml"


def test_broken_feed_contains_no_posts(site, start):
    response = site.respond("/broken/feed.xml", start)
    feed = load("crawlers.sources", "feed", Source)
    source = feed(feed.Options(url="http://127.0.0.1/broken/feed.xml"))
    assert response.status == 200
    assert b"Velorra" not in response.body
    note = {"top": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z", "now": "2027-01-01"}
    with pytest.raises(Exception, match="not a feed"):
        source.parse(
            decode(response.body), Fetch(url="x", context=note), "http://127.0.0.1/broken/feed.xml"
        )


def set_down(control, slugs, turn):
    """Write the control file with a new modification time, so that no test has to wait."""
    control.write_text(json.dumps({"down": slugs}))
    os.utime(control, ns=(turn, turn))


def test_site_is_down_while_the_control_file_lists_it(faulty_site, control, start):
    statuses = []
    for turn, slugs in enumerate([["spokeyard"], ["spokeyard", "velosocial"], []], start=1):
        set_down(control, slugs, turn)
        statuses.append([status(faulty_site, path, start)
                     for path in ("/spokeyard/", "/velosocial/api/v2/instance")])  # fmt: skip
    assert statuses == [[503, 200], [503, 503], [200, 200]]


def test_all_sites_are_up_without_a_control_file(faulty_site, control, start):
    set_down(control, ["spokeyard"], 1)
    assert status(faulty_site, "/spokeyard/", start) == 503
    control.unlink()
    assert status(faulty_site, "/spokeyard/", start) == 200


@pytest.mark.parametrize("text", ["", "{", "[]", '{"up": []}'])
def test_invalid_control_file_changes_nothing(faulty_site, control, start, text):
    set_down(control, ["spokeyard"], 1)
    assert status(faulty_site, "/spokeyard/", start) == 503
    control.write_text(text)
    os.utime(control, ns=(2, 2))
    assert status(faulty_site, "/spokeyard/", start) == 503
