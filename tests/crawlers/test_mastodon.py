"""Walks through timelines of servers that implement the paging of the API more or less."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.formats.mastodon_status import Status, build_post
from crawlers.sources.mastodon import OLD_RUN, Mastodon

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
INSTANCE = "https://social.example"
SOURCE = Mastodon(Mastodon.Options(url=INSTANCE))


class Server:
    """A timeline of posts 1, 2, … with the parameters that it implements, and its requests."""

    def __init__(self, count=0, params=("min_id", "since_id", "max_id"), limit=40):
        self.ages = {n: timedelta() for n in range(1, count + 1)}
        self.params = params
        self.limit = limit
        self.urls = []

    def answer(self, url):
        assert url not in self.urls, "links back to itself"
        self.urls.append(url)
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(url).query).items()}
        ids = [
            n
            for n in self.ages
            if not ("max_id" in self.params and n >= query.get("max_id", n + 1))
        ]
        if "min_id" in self.params or "since_id" in self.params:
            ids = [n for n in ids if n > query.get("min_id", -1)]
        ids.sort(reverse=True)
        is_forward = "min_id" in self.params and "min_id" in query
        page = ids[-self.limit :] if is_forward else ids[: self.limit]
        return json.dumps([self.row(n) for n in page])

    def row(self, n):
        at = (NOW - self.ages[n]).isoformat()
        uri = f"{INSTANCE}/p/{n}"
        return {"id": str(n), "uri": uri, "content": f"<p>post {n}</p>", "created_at": at}


def crawl(server, cursor, max_requests=60):
    """Crawl *server* and return the numbers of the posts and the new cursor."""
    server.urls.clear()
    numbers, steps = set(), list(SOURCE.start_requests(cursor, NOW))[::-1]
    while steps and len(server.urls) < max_requests:
        fetch = steps.pop()
        page = SOURCE.parse(server.answer(fetch.url), fetch, fetch.url)
        numbers |= {int(post.uri.rpartition("/")[2]) for post in page.posts}
        cursor = page.cursor or cursor
        steps += reversed(page.next_fetches)
    return numbers, cursor, bool(steps)


SERVERS = {
    "Mastodon": {},
    "min_id is since_id": {"params": ("since_id", "max_id")},
    "no min_id": {"params": ("max_id",)},
    "small pages": {"limit": 20},
    "small pages without min_id": {"params": ("max_id",), "limit": 5},
}


@pytest.mark.parametrize("more", [0, 3, 40, 95])
@pytest.mark.parametrize("server", SERVERS)
def test_every_post_is_read_once_more_or_not(server, more):
    """The second crawl misses nothing, ends, and its cursor leaves no gap."""
    timeline = Server(60, **SERVERS[server])
    numbers, cursor, is_open = crawl(timeline, None)
    assert (numbers, is_open) == (set(range(1, 61)), False)
    timeline.ages |= {n: timedelta() for n in range(61, 61 + more)}
    numbers, cursor, is_open = crawl(timeline, cursor)
    assert (numbers >= set(range(61, 61 + more)), is_open) == (True, False)
    assert cursor == {"newest": str(60 + more), "backfilled": True}


def test_interrupted_crawl_leaves_no_gap():
    """Of a server without min_id: the next crawl reads between the two newest pages first."""
    timeline = Server(60, params=("max_id",))
    _, cursor, _ = crawl(timeline, None)
    timeline.ages |= {n: timedelta() for n in range(61, 181)}
    numbers, cursor, is_open = crawl(timeline, cursor, max_requests=3)
    assert is_open
    more_numbers, cursor, is_open = crawl(timeline, cursor)
    assert (numbers | more_numbers >= set(range(61, 181)), is_open) == (True, False)
    assert "gap_from" not in cursor


def test_server_without_max_id_gives_its_newest_page_once():
    numbers, _, is_open = crawl(Server(90, params=()), None)
    assert (numbers, is_open) == (set(range(51, 91)), False)


def test_old_posts_among_new_ones_are_no_end():
    """Another server's post of 2019 got its id today."""
    timeline = Server(100, limit=10)
    timeline.ages |= {n: timedelta(days=2_000) for n in [*range(72, 82), 90]}
    numbers, _, _ = crawl(timeline, None)
    assert numbers == set(range(1, 101))


def test_first_crawl_ends_when_posts_are_old_one_after_the_other():
    timeline = Server(400)
    timeline.ages |= {n: timedelta(days=29) for n in range(1, 381)}
    numbers, cursor, is_open = crawl(timeline, None)
    assert (min(numbers), is_open) == (400 - 20 - OLD_RUN - 19, False)
    assert cursor == {"newest": "400", "backfilled": True}


def status(**fields):
    return Status.model_validate({"id": "1", "uri": "https://a.example/1", **fields})


def test_only_id_and_name_of_a_status_are_required():
    """null, false, "" and [] of a field are the missing field."""
    names = set(Status.model_fields) - {"id", "uri"}
    for value in (None, False, "", [], {}):
        assert status(**dict.fromkeys(names, value)) == status()
    post = build_post(status(id=7, created_at="2026-11-21 10:00:00"), INSTANCE)
    assert post.published == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert (post.author, post.platform, post.engagement) == (None, "social.example", {})


def test_date_that_cannot_be_read_is_told_from_a_missing_one():
    dates = ("2026-21-11", None)
    posts = [build_post(status(created_at=at), INSTANCE) for at in dates]
    assert [(p.published, p.date_problem) for p in posts] == [(None, "unreadable"), (None, None)]


@pytest.mark.parametrize("row", [{}, {"id": "1"}, {"id": None, "uri": "x"}, {"uri": "x"}])
def test_status_without_id_or_name_is_unreadable(row):
    with pytest.raises(ValueError, match="validation error"):
        Status.model_validate(row)


def test_text_is_everything_that_the_author_wrote_and_nothing_else():
    post = build_post(
        status(
            spoiler_text="Kitchen",
            content="<blockquote>It is fine.</blockquote><p>No it is not.</p>"
            '<p class="quote-inline">RE: <a href="https://b.example/2">https://b.example/2</a></p>',
            poll={"options": [{"title": "Kettle"}, {"title": None}, {"title": "Pan"}]},
            media_attachments=[{"description": "A burnt lid"}, {"description": None}, {}],
        ),
        INSTANCE,
    )
    assert post.text == "Kitchen\n\nNo it is not.\n\nKettle\nPan\n\nA burnt lid"
