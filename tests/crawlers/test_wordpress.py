"""Listings of a WordPress site: their times, and invalid responses."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import PermanentError
from core.timestamps import format_utc
from crawlers.sources.wordpress import LISTING_INTERVAL, MISSING_STATUSES, Wordpress

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
SITE = Wordpress(Wordpress.Options(url="https://diary.example"))


def first_fetches(**cursor):
    """Return the first requests of a crawl, by their resource."""
    return {fetch.context["what"]: fetch for fetch in SITE.start_requests(cursor or None, NOW)}


def due_fetches():
    """Return the first requests of a crawl whose listing is due, by their resource."""
    return first_fetches(until=format_utc(NOW), listed=format_utc(NOW - LISTING_INTERVAL))


def test_first_crawl_makes_no_listing():
    """It reads all posts, so a listing would add nothing."""
    assert set(first_fetches()) == {"posts"}


@pytest.mark.parametrize(
    ("ago", "resources"),
    [(LISTING_INTERVAL, {"posts", "links"}), (LISTING_INTERVAL - timedelta(seconds=1), {"posts"})],
)
def test_listing_is_made_at_most_once_an_hour(ago, resources):
    until = format_utc(NOW - timedelta(minutes=15))
    assert set(first_fetches(until=until, listed=format_utc(NOW - ago))) == resources


def test_time_of_the_listing_stays_in_the_cursor():
    cursor = {
        "until": format_utc(NOW - LISTING_INTERVAL / 2),
        "backfilled": True,
        "listed": format_utc(NOW - LISTING_INTERVAL / 2),
    }
    page = SITE.parse("[]", first_fetches(**cursor)["posts"], "https://diary.example")
    assert page.final_cursor == {**cursor, "until": format_utc(NOW)}


def test_site_may_refuse_the_listing():
    assert due_fetches()["links"].missing_statuses == MISSING_STATUSES


@pytest.mark.parametrize("body", ["", "null", '{"code": "error"}', "<html>", '[{"id": 1}]'])
def test_invalid_listing_is_rejected(body):
    links = due_fetches()["links"]
    with pytest.raises(PermanentError):
        SITE.parse(body, links, links.url)


def test_empty_response_is_no_listing():
    links = due_fetches()["links"]
    assert SITE.parse("[]", links, links.url).listing is None


def test_listing_has_at_most_three_pages_of_posts():
    [fetch] = [due_fetches()["links"]]
    row = {"date_gmt": "2026-11-21T09:00:00", "link": "https://diary.example/x/"}
    pages = 0
    while fetch:
        pages += 1
        page = SITE.parse(json.dumps([row] * 100), fetch, fetch.url)
        fetch = next((f for f in page.next_fetches if f.context["of"] == "posts"), None)
    assert pages == 3
