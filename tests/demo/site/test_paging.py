"""Whoever follows the links reads every post once, and never more than forty at a time."""

import json
import re
from datetime import timedelta

import pytest

from demo.corpus_model import Corpus, Line
from demo.ground_truth import expected_lines
from demo.site.app import Site
from demo.site.sources import site_sources
from demo.timeline import Timeline

POST = r"<item>|<entry>|<article "


def read_all(reader, corpus):
    """The names of all posts, in the order of reading."""
    found = []
    for source in site_sources(corpus, reader.base):
        if source.state == "ok":
            found += getattr(reader, source.kind)(source.options["url"])
    return found


def test_a_walk_finds_every_published_post_exactly_once(reader, make, started, base):
    found = read_all(reader, make(live=True))
    assert sorted(found) == sorted(expected_lines(make(live=True), started, base, started))


def test_a_walk_takes_150_requests_and_more(reader, make):
    read_all(reader, make(live=True))
    assert 150 <= len(reader.answers) <= 500


def test_no_answer_carries_more_than_forty_posts(reader, make):
    read_all(reader, make(live=True))
    for path, answer in reader.answers.items():
        posts = len(re.findall(POST, answer.body.decode()))
        if answer.content_type.startswith("application/json"):
            posts = len(json.loads(answer.body))
        assert posts <= (20 if "feed.xml" in path or "/t/" in path else 40), path


def test_feeds_are_newest_first(reader, base):
    dates = re.findall(r"<published>([^<]+)<", "".join(reader.walk(f"{base}/urbanrider/feed.xml")))
    assert len(dates) > 40
    assert dates == sorted(dates, reverse=True)


def test_threads_are_listed_by_their_newest_post_and_read_from_the_oldest(reader, base):
    pages = list(reader.walk(f"{base}/spokeyard/"))
    active = re.findall(r'<time datetime="([^"]+)"', "".join(pages))
    assert len(pages) > 2
    assert active == sorted(active, reverse=True)
    thread = reader.get(re.search(r'class="title" href="([^"]+)"', pages[0])[1])
    written = re.findall(r'<time datetime="([^"]+)"', thread)
    assert written == sorted(written)


def test_posts_appear_as_time_passes(site, make, started, base):
    """The clock that is handed in decides: half an hour later all of the corpus is out."""
    path = "/velosocial/api/v1/timelines/public?limit=1"
    rows = [json.loads(site.respond(path, started + timedelta(seconds=s)).body)[0]
            for s in (0, 60, 120)]  # fmt: skip
    assert len({row["id"] for row in rows}) == 3
    assert rows[1]["created_at"] <= "2026-11-22T09:31:00.000Z" < rows[2]["created_at"]


def test_every_permalink_leads_to_its_post(replay, site, base, started):
    for entry in replay.boards["pedalpost"].until(started)[-60:]:
        page = site.respond(entry.url.removeprefix(base).partition("#")[0], started)
        assert page.status == 200
        assert f'id="comment-{entry.number}"' in page.body.decode()


@pytest.mark.parametrize("slug", ["spokeyard", "velosocial"])
def test_every_post_of_forum_and_instance_has_a_page(replay, site, base, started, slug):
    for entry in replay.boards[slug].until(started)[-30:]:
        page = site.respond(entry.url.removeprefix(base), started)
        assert page.status == 200
        assert page.body.count(b"<article ") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/pedalpost/feed.xml?page=999",
        "/pedalpost/feed.xml?page=0",
        "/pedalpost/feed.xml?page=-1",
        "/pedalpost/feed.xml?page=x",
        "/spokeyard/?page=" + "9" * 5000,
        "/spokeyard/t/" + "9" * 5000,
        "/spokeyard/p/1e3",
        "/velosocial/@nobody/1",
        "/spokeyard",
        "/nowhere/",
        "//",
        "/%00/%ff",
    ],
)
def test_what_is_not_there_is_404(site, started, path):
    assert site.respond(path, started).status == 404


def test_min_id_walks_forward_without_a_gap(site, replay, started):
    ids = [entry.status for entry in replay.boards["velosocial"].until(started)]
    known, found = ids[-100], []
    path = "/velosocial/api/v1/timelines/public?limit=40&min_id="
    while rows := json.loads(site.respond(path + known, started).body):
        found = [row["id"] for row in rows] + found
        known = rows[0]["id"]
    assert found == ids[-99:][::-1]


def test_since_id_gives_the_newest_and_so_leaves_a_gap(site, replay, started):
    ids = [entry.status for entry in replay.boards["velosocial"].until(started)]
    path = f"/velosocial/api/v1/timelines/public?limit=5&since_id={ids[-50]}"
    assert [row["id"] for row in json.loads(site.respond(path, started).body)] == ids[:-6:-1]


def test_the_links_of_a_timeline_lead_to_its_neighbours(site, replay, started, base):
    answer = site.respond("/velosocial/api/v1/timelines/public?limit=10&local=true", started)
    older, newer = re.findall(r"<([^>]+)>", answer.headers["link"])
    ids = [entry.status for entry in replay.boards["velosocial"].until(started)][::-1]
    rows = json.loads(site.respond(older.removeprefix(base), started).body)
    assert [row["id"] for row in rows] == ids[10:20]
    assert json.loads(site.respond(newer.removeprefix(base), started).body) == []


def test_a_tag_has_a_timeline_of_its_own(site, started):
    answer = site.respond("/velosocial/api/v1/timelines/tag/VELORRA?limit=40", started)
    rows = json.loads(answer.body)
    assert len(rows) == 40
    assert all("velorra" in {tag["name"] for tag in row["tags"]} for row in rows)


def test_an_article_with_many_comments_shows_the_newest(started, base):
    usual = {"site": "b", "kind": "rss", "author": "a", "text": "t", "language": None}
    first = Line(**usual, parent=None, offset_s=-100)
    comments = [Line(**usual, parent=0, offset_s=-99 + n) for n in range(60)]
    site = Site(Timeline(Corpus(lines=(first, *comments), watches=(), incidents=()), started, base))
    body = site.respond("/b/p/0", started).body
    assert body.count(b"<article ") == 40
    assert b'id="comment-0"' in body
    assert b'id="comment-60"' in body
