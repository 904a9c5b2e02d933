"""Conditional requests: an unchanged page is not sent again."""

from datetime import timedelta

import pytest

from demo.site.answer import SiteResponse, revalidate

PAGES = [
    "/pedalpost/feed.xml",
    "/pedalpost/comments.xml?page=3",
    "/urbanrider/feed.xml",
    "/spokeyard/",
    "/spokeyard/?page=3",
    "/velosocial/api/v1/timelines/public?limit=40",
    "/velosocial/api/v1/timelines/public?min_id=9999999999999999999",
    "/",
]


@pytest.mark.parametrize("path", PAGES)
def test_validator_of_a_page_gets_304_without_a_body(site, start, path):
    first = site.respond(path, start)
    second = site.respond(path, start, if_none_match=first.headers["etag"])
    assert (first.status, second.status, second.body) == (200, 304, b"")
    assert second.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("path", PAGES)
def test_validator_changes_only_with_the_page(site, start, path):
    responses = [site.respond(path, start + timedelta(seconds=s)) for s in range(0, 240, 5)]
    pairs = {(answer.headers["etag"], answer.body) for answer in responses}
    assert len(pairs) == len({etag for etag, _ in pairs}) == len({body for _, body in pairs})


def test_new_post_changes_the_page(site, start):
    path = "/velosocial/api/v1/timelines/public?limit=40"
    etag = site.respond(path, start).headers["etag"]
    later = start + timedelta(seconds=240)
    assert site.respond(path, later, if_none_match=etag).status == 200


def test_last_modified_is_the_time_of_the_newest_post(site, replay, start):
    newest = [e for e in replay.boards["urbanrider"].until(start) if e.root == e.number][-1]
    last_modified = site.respond("/urbanrider/feed.xml", start).headers["last-modified"]
    assert last_modified == f"{newest.published:%a, %d %b %Y %H:%M:%S GMT}"
    second = site.respond("/urbanrider/feed.xml", start, if_modified_since=last_modified)
    assert second.status == 304


PAGE = SiteResponse(
    body=b"x",
    headers={"etag": '"a"', "last-modified": "Sun, 22 Nov 2026 06:00:00 GMT"},
)


@pytest.mark.parametrize(
    ("etag", "since", "status"),
    [
        (None, None, 200),
        ('"a"', None, 304),
        ('W/"a"', None, 304),
        ('"b", "a"', None, 304),
        ("*", None, 304),
        ('"b"', None, 200),
        ('"b"', "Mon, 23 Nov 2026 06:00:00 GMT", 200),  # RFC 9110 13.1.3: the etag decides
        (None, "Sun, 22 Nov 2026 06:00:00 GMT", 304),
        (None, "Sun, 22 Nov 2026 05:59:59 GMT", 200),
        (None, "yesterday", 200),
        (None, "Sun, 22 Nov 2026 06:00:00", 200),
    ],
)
def test_etag_and_last_modified_are_supported(etag, since, status):
    assert revalidate(PAGE, etag, since).status == status


def test_only_a_200_is_compared():
    assert revalidate(SiteResponse(status=404), "*", None).status == 404
