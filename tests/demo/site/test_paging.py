"""Paging: the links lead to every post once, with at most forty posts per page."""

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


def read_all_posts(reader, corpus):
    """Return the ids of all posts in the order of the pages."""
    ids = []
    for source in site_sources(corpus, reader.base):
        if source.state == "ok":
            ids += getattr(reader, source.kind)(source.options["url"])
    return ids


def test_every_published_post_is_on_one_page(reader, make_corpus, start, base):
    ids = read_all_posts(reader, make_corpus(live=True))
    assert sorted(ids) == sorted(expected_lines(make_corpus(live=True), start, base, start))


def test_reading_all_posts_takes_at_least_150_requests(reader, make_corpus):
    read_all_posts(reader, make_corpus(live=True))
    assert 150 <= len(reader.responses) <= 500


def test_no_response_has_more_than_forty_posts(reader, make_corpus):
    read_all_posts(reader, make_corpus(live=True))
    for path, response in reader.responses.items():
        posts = len(re.findall(POST, response.body.decode()))
        if response.content_type.startswith("application/json"):
            posts = len(json.loads(response.body))
        assert posts <= (20 if "feed.xml" in path or "/t/" in path else 40), path


def test_feeds_are_newest_first(reader, base):
    dates = re.findall(r"<published>([^<]+)<", "".join(reader.walk(f"{base}/urbanrider/feed.xml")))
    assert len(dates) > 40
    assert dates == sorted(dates, reverse=True)


def test_threads_are_sorted_by_newest_post_and_their_posts_by_time(reader, base):
    pages = list(reader.walk(f"{base}/spokeyard/"))
    last_post_times = re.findall(r'<time datetime="([^"]+)"', "".join(pages))
    assert len(pages) > 2
    assert last_post_times == sorted(last_post_times, reverse=True)
    thread = reader.get(re.search(r'class="title" href="([^"]+)"', pages[0])[1])
    post_times = re.findall(r'<time datetime="([^"]+)"', thread)
    assert post_times == sorted(post_times)


def test_posts_appear_as_time_passes(site, make_corpus, start, base):
    """The given time selects the published posts."""
    path = "/velosocial/api/v1/timelines/public?limit=1"
    rows = [json.loads(site.respond(path, start + timedelta(seconds=s)).body)[0]
            for s in (0, 60, 120)]  # fmt: skip
    assert len({row["id"] for row in rows}) == 3
    assert rows[1]["created_at"] <= "2026-11-22T09:31:00.000Z" < rows[2]["created_at"]


def test_every_permalink_shows_its_post(replay, site, base, start):
    for entry in replay.boards["pedalpost"].until(start)[-60:]:
        page = site.respond(entry.url.removeprefix(base).partition("#")[0], start)
        assert page.status == 200
        assert f'id="comment-{entry.number}"' in page.body.decode()


@pytest.mark.parametrize("slug", ["spokeyard", "velosocial"])
def test_every_post_of_forum_and_instance_has_a_page(replay, site, base, start, slug):
    for entry in replay.boards[slug].until(start)[-30:]:
        page = site.respond(entry.url.removeprefix(base), start)
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
def test_unknown_paths_are_404(site, start, path):
    assert site.respond(path, start).status == 404


def test_min_id_pages_forward_without_a_gap(site, replay, start):
    ids = [entry.status for entry in replay.boards["velosocial"].until(start)]
    min_id, fetched_ids = ids[-100], []
    path = "/velosocial/api/v1/timelines/public?limit=40&min_id="
    while rows := json.loads(site.respond(path + min_id, start).body):
        fetched_ids = [row["id"] for row in rows] + fetched_ids
        min_id = rows[0]["id"]
    assert fetched_ids == ids[-99:][::-1]


def test_since_id_gives_the_newest_with_a_gap(site, replay, start):
    ids = [entry.status for entry in replay.boards["velosocial"].until(start)]
    path = f"/velosocial/api/v1/timelines/public?limit=5&since_id={ids[-50]}"
    assert [row["id"] for row in json.loads(site.respond(path, start).body)] == ids[:-6:-1]


def test_links_of_a_timeline_lead_to_older_and_newer_posts(site, replay, start, base):
    response = site.respond("/velosocial/api/v1/timelines/public?limit=10&local=true", start)
    older, newer = re.findall(r"<([^>]+)>", response.headers["link"])
    ids = [entry.status for entry in replay.boards["velosocial"].until(start)][::-1]
    rows = json.loads(site.respond(older.removeprefix(base), start).body)
    assert [row["id"] for row in rows] == ids[10:20]
    assert json.loads(site.respond(newer.removeprefix(base), start).body) == []


def test_tag_has_its_own_timeline(site, start):
    response = site.respond("/velosocial/api/v1/timelines/tag/VELORRA?limit=40", start)
    rows = json.loads(response.body)
    assert len(rows) == 40
    assert all("velorra" in {tag["name"] for tag in row["tags"]} for row in rows)


def test_article_with_many_comments_shows_the_newest(start, base):
    fields = {"site": "b", "kind": "rss", "author": "a", "text": "t", "language": None}
    first = Line(**fields, parent=None, offset_s=-100)
    comments = [Line(**fields, parent=0, offset_s=-99 + n) for n in range(60)]
    site = Site(Timeline(Corpus(lines=(first, *comments), watches=(), incidents=()), start, base))
    body = site.respond("/b/p/0", start).body
    assert body.count(b"<article ") == 40
    assert b'id="comment-0"' in body
    assert b'id="comment-60"' in body
