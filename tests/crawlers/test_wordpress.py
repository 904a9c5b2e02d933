"""When a WordPress site is asked for its links, and that a broken answer says nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import PermanentError
from core.timestamps import iso
from crawlers.sources.wordpress import ABSENT, EVERY, Wordpress

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
SITE = Wordpress(Wordpress.Options(url="https://diary.example"))


def asked(**cursor):
    """What the crawl asks for first, by what it is."""
    return {fetch.note["what"]: fetch for fetch in SITE.requests(cursor or None, NOW)}


def due():
    """What is asked for once the last listing is old."""
    return asked(until=iso(NOW), listed=iso(NOW - EVERY))


def test_the_first_crawl_lists_nothing():
    """It hears everything, so it is a listing itself."""
    assert set(asked()) == {"posts"}


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(EVERY, {"posts", "links"}), (EVERY - timedelta(seconds=1), {"posts"})],
)
def test_links_are_listed_once_an_hour_at_most(ago, expected):
    until = iso(NOW - timedelta(minutes=15))
    assert set(asked(until=until, listed=iso(NOW - ago))) == expected


def test_when_it_was_listed_is_kept_by_the_crawls_between():
    cursor = {"until": iso(NOW - EVERY / 2), "backfilled": True, "listed": iso(NOW - EVERY / 2)}
    page = SITE.parse(b"[]", asked(**cursor)["posts"], "https://diary.example")
    assert page.cursor_after == {**cursor, "until": iso(NOW)}


def test_a_site_that_refuses_its_links_is_not_broken():
    assert due()["links"].absent == ABSENT


@pytest.mark.parametrize("body", [b"", b"null", b'{"code": "error"}', b"<html>", b'[{"id": 1}]'])
def test_a_broken_answer_lists_nothing(body):
    links = due()["links"]
    with pytest.raises(PermanentError):
        SITE.parse(body, links, links.url)


def test_an_empty_answer_is_not_believed():
    links = due()["links"]
    assert SITE.parse(b"[]", links, links.url).listing is None


def test_no_more_than_three_pages_of_posts_are_listed():
    [fetch] = [due()["links"]]
    row = {"date_gmt": "2026-11-21T09:00:00", "link": "https://diary.example/x/"}
    pages = 0
    while fetch:
        pages += 1
        page = SITE.parse(json.dumps([row] * 100).encode(), fetch, fetch.url)
        fetch = next((f for f in page.follow if f.note["of"] == "posts"), None)
    assert pages == 3
