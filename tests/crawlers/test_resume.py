"""A crawl that is interrupted anywhere and resumed reads all posts; so do later crawls.

Sites are dictionaries from address to page here, and ``walk`` is a small version of
``crawlers.source_run``.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.plugins import load
from core.timestamps import format_utc
from crawlers.source import Fetch, Source

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
SIZE = 3  # posts or threads on a page


def minutes_ago(number):
    return format_utc(NOW - timedelta(minutes=number))


class Feed:
    """Posts by age in minutes, newest first, in a paged feed."""

    kind = "feed"
    url = "https://site.example/feed"

    def __init__(self, ages):
        self.ages = sorted(ages)

    def uri(self, age):
        return f"https://site.example/{age}"

    def get(self, url):
        page = int(parse_qs(urlsplit(url).query).get("page", ["1"])[0])
        page_ages = self.ages[(page - 1) * SIZE : page * SIZE]
        more = f'<link rel="next" href="?page={page + 1}"/>' if page * SIZE < len(self.ages) else ""
        entries = "".join(
            f"<entry><id>{self.uri(age)}</id><published>{minutes_ago(age)}</published></entry>"
            for age in page_ages
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{more}{entries}</feed>'


class Mastodon(Feed):
    """The same posts as a timeline; ids grow with time."""

    kind = "mastodon"
    url = "https://site.example"

    def get(self, url):
        parameters = {
            name: int(values[0]) for name, values in parse_qs(urlsplit(url).query).items()
        }
        by_id = {10**6 - age: age for age in self.ages}
        low, high = parameters.get("min_id", 0), parameters.get("max_id", 10**9)
        numbers = sorted(number for number in by_id if low < number < high)
        page = numbers[:SIZE] if "min_id" in parameters else numbers[-SIZE:]
        return json.dumps([self.status(number, by_id[number]) for number in reversed(page)])

    def status(self, number, age):
        account = {"acct": "jo", "url": "https://site.example/@jo"}
        row = {"id": str(number), "uri": self.uri(age), "account": account}
        return {**row, "content": "x", "created_at": minutes_ago(age)}


class Forum(Feed):
    """The same posts in threads: a post's thread is its age modulo seven."""

    kind = "forum"
    url = "https://site.example/list"

    def uri(self, age):
        return f"https://site.example/thread/{age % 7}#p{age}"

    def get(self, url):
        parts = urlsplit(url)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        threads = {age % 7: [] for age in self.ages}
        for age in reversed(self.ages):
            threads[age % 7].append(age)
        if parts.path == "/list":
            newest = sorted(threads, key=lambda number: threads[number][-1])
            rows = [self.row(number, threads[number][-1]) for number in newest] or [self.row(99, 0)]
        else:
            rows = [self.post(age) for age in threads.get(int(parts.path.rpartition("/")[2]), ())]
        last = (len(rows) + SIZE - 1) // SIZE
        places = {"next": page + 1, "prev": page - 1, "last": last}
        links = [f'<a rel="{r}" href="?page={n}">x</a>' for r, n in places.items() if 0 < n <= last]
        return "".join(rows[(page - 1) * SIZE : page * SIZE] + links)

    def row(self, number, age):
        link = f'<a class="title" href="/thread/{number}"></a>'
        return f'<p class="thread">{link}<time datetime="{minutes_ago(age)}"></time></p>'

    def post(self, age):
        time = f'<time datetime="{minutes_ago(age)}"></time>'
        return f'<article id="p{age}">{time}<a rel="bookmark" href="#p{age}">x</a></article>'


class Wordpress(Feed):
    """The same posts in WordPress, all on one page, without comments."""

    kind = "wordpress"
    url = "https://site.example"

    def get(self, url):
        parameters = parse_qs(urlsplit(url).query)
        if "/comments" in url:
            return "[]"
        since = parameters["modified_after"][0] + "Z"
        return json.dumps([self.row(age) for age in self.ages if minutes_ago(age) > since])

    def row(self, age):
        date = minutes_ago(age)[:19]
        return {"id": age, "date_gmt": date, "modified_gmt": date, "link": self.uri(age)}


SITES = [Feed, Mastodon, Forum, Wordpress]
sites = pytest.mark.parametrize("site", SITES, ids=lambda site: site.kind)


def walk(site, cursor, now=NOW, *, most=10**6):
    """Read at most *most* pages; return the uris, the cursor and True if the walk ended."""
    kind = load("crawlers.sources", site.kind, Source)
    source = kind(kind.Options(url=site.url))
    steps = [*reversed(list(source.start_requests(cursor, now)))]
    uris = set()
    while steps:
        step = steps.pop()
        if not isinstance(step, Fetch):
            cursor = step
            continue
        if most == 0:
            return uris, cursor, False
        most -= 1
        page = source.parse(site.get(step.url), step, step.url)
        uris |= {post.uri for post in page.posts}
        cursor = cursor if page.cursor is None else page.cursor
        steps += [] if page.final_cursor is None else [page.final_cursor]
        steps += reversed(page.next_fetches)
    return uris, cursor, True


ages = st.sets(st.integers(10, 40_000), max_size=20)  # minutes; backfill ends at 40,320


@sites
@given(old=ages, stops=st.lists(st.integers(1, 6), max_size=6))
@settings(deadline=None, max_examples=40)
def test_interrupted_first_crawl_reads_all_posts(site, old, stops):
    """After any interruptions: once the cursor says backfilled, no post is missing."""
    posts, cursor, uris = site(old), None, set()
    for most in [*stops, 10**6]:
        new_uris, cursor, _ = walk(posts, cursor, most=most)
        uris |= new_uris
        assert not (cursor or {}).get("backfilled") or uris == {posts.uri(age) for age in old}
    assert cursor["backfilled"] is True


@sites
@given(old=ages, new=st.sets(st.integers(1, 9), min_size=1), stop=st.integers(1, 6))
@settings(deadline=None, max_examples=40)
def test_later_crawls_read_all_new_posts(site, old, new, stop):
    """Also if one of them is interrupted; the source stays backfilled."""
    _, cursor, _ = walk(site(old), None, NOW - timedelta(minutes=10))
    posts = site(old | new)
    new_uris, cursor, _ = walk(posts, cursor, most=stop)
    assert cursor["backfilled"] is True
    more, cursor, _ = walk(posts, cursor)
    last, _, _ = walk(posts, cursor)
    assert new_uris | more | last >= {posts.uri(age) for age in new}


@pytest.mark.parametrize(("site", "cursor_key"), [(Feed, "next"), (Forum, "list")])
def test_missing_page_does_not_stop_a_resumed_crawl(site, cursor_key):
    """The archive was shortened in between: the crawl continues from the start and ends."""
    _, cursor, _ = walk(site(range(10, 40)), None, most=9)
    assert cursor_key in cursor
    kind = load("crawlers.sources", site.kind, Source)
    rest, start = kind(kind.Options(url=site.url)).start_requests(cursor, NOW)
    assert (rest.url, start.url) == (cursor[cursor_key], site.url)
    assert 404 in rest.missing_statuses
    assert not start.conditional


@pytest.mark.parametrize("site", [Feed, Mastodon, Forum], ids=lambda site: site.kind)
def test_crawl_without_new_posts_reads_few_pages(site):
    """Stored posts are not read again."""
    posts = site(range(10, 400))
    _, cursor, _ = walk(posts, None)
    _, _, has_ended = walk(posts, cursor, most=5)
    assert has_ended


def test_post_from_the_future_does_not_move_the_cursor():
    """Otherwise the posts until then would be skipped."""
    _, cursor, _ = walk(Feed({-1_000, 50}), None)
    assert datetime.fromisoformat(cursor["until"]) <= NOW
