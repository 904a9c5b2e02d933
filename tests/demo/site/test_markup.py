"""What pages look like: valid, escaped, and shaped as the platforms shape them."""

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
EVIL = "<script>alert(1)</script> \"quoted\" 'single' & ]]> <b"


class Tags(HTMLParser):
    """The names of all elements of a page, and its text."""

    def __init__(self, html):
        super().__init__()
        self.names, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)

    def handle_data(self, data):
        self.text += data


def site_of(started, base, kind, text=EVIL, author=EVIL):
    usual = {"site": "s", "kind": kind, "author": author, "text": text, "language": "en"}
    first = Line(**usual, parent=None, offset_s=-9)
    answer = Line(**usual, parent=0, offset_s=-5)
    return Site(Timeline(Corpus(lines=(first, answer), watches=(), incidents=()), started, base))


def opened(site, path, now):
    """The body at *path*, asked again where the first answer was that of the limit."""
    answer = site.respond(path, now)
    return (site.respond(path, now) if answer.status == 429 else answer).body.decode()


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
def test_nothing_a_stranger_writes_becomes_markup(started, base, kind, path):
    body = opened(site_of(started, base, kind), path, started)
    page = Tags(body)
    assert not {"script", "b<"} & set(page.names)
    assert "alert(1)" in page.text
    assert page.names.count("html") == 1


@given(st.text())
def test_the_html_of_a_text_is_the_text(text):
    page = Tags(text_html(text))
    assert set(page.names) <= {"p", "br"}
    assert page.text.replace("\n", "").replace("\r", "") == text.replace("\n", "").replace("\r", "")


@pytest.mark.parametrize("kind", ["rss", "atom"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(text=st.text(), author=st.text())
def test_feeds_are_well_formed_whatever_is_written(started, base, kind, text, author):
    site = site_of(started, base, kind, text, author)
    for name in ("feed.xml", "comments.xml"):
        assert fromstring(opened(site, f"/s/{name}", started)) is not None


def test_an_rss_row_has_permalink_author_date_and_html(started, base):
    row = fromstring(opened(site_of(started, base, "rss"), "/s/feed.xml", started)).find(".//item")
    assert row.find("guid").text == row.find("link").text == f"{base}/s/p/0"
    assert row.find("guid").get("isPermaLink") == "true"
    assert row.find("{http://purl.org/dc/elements/1.1/}creator").text == EVIL
    assert row.find("pubDate").text == "Sun, 22 Nov 2026 09:29:51 GMT"
    assert row.find("description").text == text_html(EVIL)


def test_an_atom_entry_has_id_author_date_and_language(started, base):
    feed = fromstring(opened(site_of(started, base, "atom"), "/s/feed.xml", started))
    entry = feed.find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}id").text == "tag:s.example,2024:0"
    assert entry.find(f"{ATOM}author/{ATOM}name").text == EVIL
    assert entry.find(f"{ATOM}published").text == "2026-11-22T09:29:51Z"
    assert entry.find(f"{ATOM}content").get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_comment_names_what_it_answers(started, base, kind):
    feed = fromstring(opened(site_of(started, base, kind), "/s/comments.xml", started))
    reply = feed.find(f".//{THREAD}in-reply-to")
    assert reply.get("href") == f"{base}/s/p/0"
    assert reply.get("ref") == {"rss": f"{base}/s/p/0", "atom": "tag:s.example,2024:0"}[kind]


@pytest.mark.parametrize(("text", "title"), [("short", "short"), ("w " * 90, "w " * 29 + "w…")])
def test_a_title_is_the_beginning_of_the_text(started, base, text, title):
    feed = fromstring(opened(site_of(started, base, "rss", text), "/s/feed.xml", started))
    assert feed.find(".//item/title").text == title


def test_a_status_has_what_the_api_promises(started, base):
    site = site_of(started, base, "mastodon", author="ada")
    answer, first = json.loads(opened(site, "/s/api/v1/timelines/public", started))
    assert answer["in_reply_to_id"] == first["id"]
    assert answer["uri"] == f"{base}/s/users/ada/statuses/{answer['id']}"
    assert answer["url"] == f"{base}/s/@ada/{answer['id']}"
    assert answer["account"]["acct"] == "ada"
    assert (answer["created_at"], answer["edited_at"]) == ("2026-11-22T09:29:55.000Z", None)
    assert first["content"] == text_html(EVIL)
    assert json.loads(opened(site, f"/s/api/v1/statuses/{first['id']}", started)) == first


def test_an_instance_says_that_its_timelines_are_open(site, started):
    told = json.loads(site.respond("/velosocial/api/v2/instance", started).body)
    assert told["configuration"]["timelines_access"]["live_feeds"]["local"] == "public"


def test_json_keeps_the_escapes_of_terminals(started, base):
    """XML cannot carry them; an API can, and so a reader has to bear them."""
    site = site_of(started, base, "mastodon", "a\x1b[31mb")
    row = json.loads(opened(site, "/s/api/v1/timelines/public", started))[0]
    assert "\x1b[31m" in row["content"]


def test_a_thread_of_a_forum_links_its_pages(site, replay, started):
    """First, next, last: a crawl that knows the beginning may read from the end."""
    roots = [entry.root for entry in replay.boards["spokeyard"].until(started)]
    longest = max(set(roots), key=roots.count)
    body = site.respond(f"/spokeyard/t/{longest}", started).body.decode()
    last = -(-roots.count(longest) // 20)
    assert f'rel="next" href="{replay.base}/spokeyard/t/{longest}?page=2"' in body
    assert f'rel="last" href="{replay.base}/spokeyard/t/{longest}?page={last}"' in body
    assert body.count("<article ") == 20


def test_the_front_door_lists_all_sites(site, replay, started):
    body = site.respond("/", started).body.decode()
    assert all(f'href="/{slug}/' in body for slug in replay.boards)
