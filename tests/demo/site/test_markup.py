"""Markup of pages: valid, escaped, and in the formats of the platforms."""

import json
from html.parser import HTMLParser
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.corpus_model import Corpus, Line
from demo.site.app import Site
from demo.site.html import text_html
from demo.timeline import Timeline

ATOM = "{http://www.w3.org/2005/Atom}"
THREAD = "{http://purl.org/syndication/thread/1.0}"
HOSTILE = "<script>alert(1)</script> \"quoted\" 'single' & ]]> <b"


class Tags(HTMLParser):
    """A parser of the element names of a page, and of its text."""

    def __init__(self, html):
        super().__init__()
        self.names, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)

    def handle_data(self, data):
        self.text += data


def site_of(start, base, kind, text=HOSTILE, author=HOSTILE):
    fields = {"site": "s", "kind": kind, "author": author, "text": text, "language": "en"}
    first = Line(**fields, parent=None, offset_s=-9)
    reply = Line(**fields, parent=0, offset_s=-5)
    return Site(Timeline(Corpus(lines=(first, reply), watches=(), incidents=()), start, base))


def fetch(site, path, now):
    """Return the body at *path*, fetched again after a rate limit."""
    response = site.respond(path, now)
    return (site.respond(path, now) if response.status == 429 else response).body.decode()


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("forum", "/s/"),
        ("forum", "/s/t/0"),
        ("forum", "/s/p/1"),
        ("rss", "/s/p/0"),
        ("atom", "/s/p/0"),
    ],
)
def test_foreign_text_is_escaped(start, base, kind, path):
    body = fetch(site_of(start, base, kind), path, start)
    page = Tags(body)
    assert not {"script", "b<"} & set(page.names)
    assert "alert(1)" in page.text
    assert page.names.count("html") == 1


@given(st.text())
def test_html_of_a_text_has_the_same_text(text):
    page = Tags(text_html(text))
    assert set(page.names) <= {"p", "br"}
    assert page.text.replace("\n", "").replace("\r", "") == text.replace("\n", "").replace("\r", "")


@pytest.mark.parametrize("kind", ["rss", "atom"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(text=st.text(), author=st.text())
def test_feeds_are_well_formed_for_any_text(start, base, kind, text, author):
    site = site_of(start, base, kind, text, author)
    for name in ("feed.xml", "comments.xml"):
        assert fromstring(fetch(site, f"/s/{name}", start)) is not None


def test_rss_item_has_permalink_author_date_and_html(start, base):
    row = fromstring(fetch(site_of(start, base, "rss"), "/s/feed.xml", start)).find(".//item")
    assert row.find("guid").text == row.find("link").text == f"{base}/s/p/0"
    assert row.find("guid").get("isPermaLink") == "true"
    assert row.find("{http://purl.org/dc/elements/1.1/}creator").text == HOSTILE
    assert row.find("pubDate").text == "Sun, 22 Nov 2026 09:29:51 GMT"
    assert row.find("description").text == text_html(HOSTILE)


def test_an_atom_entry_has_id_author_date_and_language(start, base):
    feed = fromstring(fetch(site_of(start, base, "atom"), "/s/feed.xml", start))
    entry = feed.find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}id").text == "tag:s.example,2024:0"
    assert entry.find(f"{ATOM}author/{ATOM}name").text == HOSTILE
    assert entry.find(f"{ATOM}published").text == "2026-11-22T09:29:51Z"
    assert entry.find(f"{ATOM}content").get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_comment_has_its_parent(start, base, kind):
    feed = fromstring(fetch(site_of(start, base, kind), "/s/comments.xml", start))
    reply = feed.find(f".//{THREAD}in-reply-to")
    assert reply.get("href") == f"{base}/s/p/0"
    assert reply.get("ref") == {"rss": f"{base}/s/p/0", "atom": "tag:s.example,2024:0"}[kind]


@pytest.mark.parametrize(("text", "title"), [("short", "short"), ("w " * 90, "w " * 29 + "w…")])
def test_title_is_the_beginning_of_the_text(start, base, text, title):
    feed = fromstring(fetch(site_of(start, base, "rss", text), "/s/feed.xml", start))
    assert feed.find(".//item/title").text == title


def test_status_has_the_fields_of_the_api(start, base):
    site = site_of(start, base, "mastodon", author="ada")
    reply, first = json.loads(fetch(site, "/s/api/v1/timelines/public", start))
    assert reply["in_reply_to_id"] == first["id"]
    assert reply["uri"] == f"{base}/s/users/ada/statuses/{reply['id']}"
    assert reply["url"] == f"{base}/s/@ada/{reply['id']}"
    assert reply["account"]["acct"] == "ada"
    assert (reply["created_at"], reply["edited_at"]) == ("2026-11-22T09:29:55.000Z", None)
    assert first["content"] == text_html(HOSTILE)
    assert json.loads(fetch(site, f"/s/api/v1/statuses/{first['id']}", start)) == first


def test_instance_has_public_timelines(site, start):
    instance = json.loads(site.respond("/velosocial/api/v2/instance", start).body)
    assert instance["configuration"]["timelines_access"]["live_feeds"]["local"] == "public"


def test_json_contains_terminal_codes(start, base):
    """XML cannot contain them, JSON can."""
    site = site_of(start, base, "mastodon", "a\x1b[31mb")
    row = json.loads(fetch(site, "/s/api/v1/timelines/public", start))[0]
    assert "\x1b[31m" in row["content"]


def test_forum_thread_links_to_its_pages(site, replay, start):
    """The links are first, next and last: a crawl can start at the end."""
    roots = [entry.root for entry in replay.boards["spokeyard"].until(start)]
    longest = max(set(roots), key=roots.count)
    body = site.respond(f"/spokeyard/t/{longest}", start).body.decode()
    last = -(-roots.count(longest) // 20)
    assert f'rel="next" href="{replay.base}/spokeyard/t/{longest}?page=2"' in body
    assert f'rel="last" href="{replay.base}/spokeyard/t/{longest}?page={last}"' in body
    assert body.count("<article ") == 20


def test_front_page_lists_all_sites(site, replay, start):
    body = site.respond("/", start).body.decode()
    assert all(f'href="/{slug}/' in body for slug in replay.boards)
