"""What goes wrong on purpose, and how often."""

import json
import os

import pytest

from core.plugins import load
from crawlers.source import Fetch, Source
from demo.site.app import Site
from demo.site.faults import rate_limited_path
from demo.timeline import Timeline


@pytest.fixture
def control(tmp_path):
    return tmp_path / "control.json"


@pytest.fixture
def faulty(replay, control):
    return Site(replay, control)


def status(site, path, now):
    return site.respond(path, now).status


def test_robots_forbid_the_private_site_and_nothing_else(site, started):
    rules = site.respond("/robots.txt", started).body.decode()
    assert rules == "User-agent: *\nDisallow: /private/\n"
    assert status(site, "/private/feed.xml", started) == 200


def test_one_address_is_limited_once(site, replay, started):
    path = rate_limited_path(replay)
    first = site.respond(path, started)
    assert first.status == 429
    assert first.headers["retry-after"] == "2"
    assert [status(site, path, started) for _ in range(3)] == [200] * 3


def test_nothing_but_that_address_is_limited(site, replay, started):
    entrances = ["/pedalpost/feed.xml", "/spokeyard/", "/velosocial/api/v1/timelines/public"]
    assert rate_limited_path(replay) not in entrances
    assert [status(site, path, started) for path in entrances] == [200] * 3


def test_an_empty_corpus_has_nothing_to_limit(make, started, base):
    empty = type(make())(lines=(), watches=(), incidents=())
    assert rate_limited_path(Timeline(empty, started, base)) is None


@pytest.mark.parametrize("slug", ["pedalpost", "urbanrider"])
def test_a_blog_has_moved(site, started, base, slug):
    answer = site.respond(f"/{slug}/rss", started)
    assert answer.status == 301
    assert answer.headers["location"] == f"{base}/{slug}/feed.xml"


def test_the_broken_feed_is_no_feed_and_shows_nothing_of_its_posts(site, started):
    answer = site.respond("/broken/feed.xml", started)
    feed = load("crawlers.sources", "feed", Source)
    source = feed(feed.Options(url="http://127.0.0.1/broken/feed.xml"))
    assert answer.status == 200
    assert b"Velorra" not in answer.body
    note = {"top": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z", "now": "2027-01-01"}
    with pytest.raises(Exception, match="not a feed"):
        source.parse(answer.body, Fetch(url="x", context=note), "http://127.0.0.1/broken/feed.xml")


def set_down(control, slugs, turn):
    """Write the control file as a runner does; its time of change is set: no test has to wait."""
    control.write_text(json.dumps({"down": slugs}))
    os.utime(control, ns=(turn, turn))


def test_a_site_is_down_while_the_control_file_says_so(faulty, control, started):
    seen = []
    for turn, slugs in enumerate([["spokeyard"], ["spokeyard", "velosocial"], []], start=1):
        set_down(control, slugs, turn)
        seen.append([status(faulty, path, started)
                     for path in ("/spokeyard/", "/velosocial/api/v2/instance")])  # fmt: skip
    assert seen == [[503, 200], [503, 503], [200, 200]]


def test_without_a_control_file_all_is_up(faulty, control, started):
    set_down(control, ["spokeyard"], 1)
    assert status(faulty, "/spokeyard/", started) == 503
    control.unlink()
    assert status(faulty, "/spokeyard/", started) == 200


@pytest.mark.parametrize("text", ["", "{", "[]", '{"up": []}'])
def test_a_half_written_control_file_changes_nothing(faulty, control, started, text):
    set_down(control, ["spokeyard"], 1)
    assert status(faulty, "/spokeyard/", started) == 503
    control.write_text(text)
    os.utime(control, ns=(2, 2))
    assert status(faulty, "/spokeyard/", started) == 503
