"""Listings of a WordPress site: their times, and invalid responses."""

import json
from dataclasses import replace
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


def test_undated_or_unreadable_row_proves_no_deletion():
    """The post of such a row may exist, and its place in time is unknown."""
    links = due_fetches()["links"]
    row = {"date_gmt": "2026-11-21T09:00:00", "link": "https://diary.example/x/"}
    for other in ({"link": "https://diary.example/y/"}, {"date_gmt": "2026-11-21T09:00:00"}):
        body = json.dumps([row, other])
        assert SITE.parse(body, links, links.url).listing is None


def test_known_date_of_a_row_is_used_before_the_zero_of_the_database():
    fetch = first_fetches()["posts"]
    zero = {"date_gmt": "0000-00-00T00:00:00", "link": "https://diary.example/x/"}
    rows = [{**zero, "date": "2026-11-21T09:00:00"}, {**zero, "link": "https://diary.example/y/"}]
    dated, undated = SITE.parse(json.dumps(rows), fetch, fetch.url).posts
    assert (dated.published, dated.date_problem) == (NOW.replace(day=21, hour=9), None)
    assert (undated.published, undated.date_problem) == (None, "unreadable")


def test_listing_of_a_host_that_allows_fewer_rows_goes_on():
    """Else everything older than its tenth row would count as deleted."""
    links = replace(due_fetches()["links"], answer_headers={"x-wp-totalpages": "2"})
    row = {"date_gmt": "2026-11-21T09:00:00", "link": "https://diary.example/x/"}
    page = SITE.parse(json.dumps([row] * 10), links, links.url)
    assert page.listing.since == datetime(2026, 11, 21, 9, 0, 1, tzinfo=UTC)
    assert {f.context["of"]: f.context["page"] for f in page.next_fetches} == {
        "posts": "2",
        "comments": "1",
    }


@pytest.mark.parametrize(
    ("headers", "count", "has_next"),
    [
        ({"x-wp-totalpages": "2"}, 10, True),
        ({"x-wp-totalpages": "1"}, 100, False),
        ({"x-wp-totalpages": "0"}, 0, False),
        ({"link": '<https://diary.example/x?page=2>; rel="next"'}, 7, True),
        ({}, 100, True),
        ({}, 20, True),
        ({}, 17, False),
        ({}, 5, False),
        ({"x-wp-totalpages": "many"}, 7, False),
    ],
)
def test_number_of_pages_is_that_of_the_server(headers, count, has_next):
    fetch = replace(first_fetches()["posts"], answer_headers=headers)
    row = {"link": "https://diary.example/x/", "modified_gmt": "2026-11-21T09:00:00"}
    page = SITE.parse(json.dumps([row] * count), fetch, fetch.url)
    pages = [f.context["page"] for f in page.next_fetches if f.context["what"] == "posts"]
    assert pages == (["2"] if has_next else [])


def test_walk_ends_at_a_site_that_ignores_the_number_of_the_page():
    """Without headers its full page looks like one of many."""
    rows = [
        {"link": f"https://diary.example/{n}/", "modified_gmt": f"2026-11-21T09:00:{59 - n}"}
        for n in range(20)
    ]
    fetch, pages = first_fetches()["posts"], 0
    while fetch:
        pages += 1
        page = SITE.parse(json.dumps(rows), fetch, fetch.url)
        fetch = next((f for f in page.next_fetches if f.context["what"] == "posts"), None)
    assert pages == 2


def test_first_page_has_fallbacks_and_later_ones_may_be_missing():
    first = first_fetches()["posts"]
    assert (first.missing_statuses, set(first.fallbacks)) == ((), {400, 404, 410})
    small_page, front_page = first.fallbacks[400], first.fallbacks[404]
    assert "per_page=10&" in small_page.url
    assert (front_page.url, 400 in small_page.fallbacks) == ("https://diary.example", False)
    query = front_page.fallbacks[404]
    assert query.url.startswith("https://diary.example/?rest_route=/wp/v2/posts&per_page=100&")
    assert 404 not in query.fallbacks


def test_listing_has_at_most_three_pages_of_posts():
    [fetch] = [due_fetches()["links"]]
    row = {"date_gmt": "2026-11-21T09:00:00", "link": "https://diary.example/x/"}
    pages = 0
    while fetch:
        pages += 1
        page = SITE.parse(json.dumps([row] * 100), fetch, fetch.url)
        fetch = next((f for f in page.next_fetches if f.context["of"] == "posts"), None)
    assert pages == 3
