"""A page that did not change is not sent again."""

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
def test_the_validator_of_a_page_gets_304_and_no_body(site, started, path):
    first = site.respond(path, started)
    again = site.respond(path, started, if_none_match=first.headers["etag"])
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("path", PAGES)
def test_a_validator_changes_exactly_when_the_page_does(site, started, path):
    answers = [site.respond(path, started + timedelta(seconds=s)) for s in range(0, 240, 5)]
    pairs = {(answer.headers["etag"], answer.body) for answer in answers}
    assert len(pairs) == len({etag for etag, _ in pairs}) == len({body for _, body in pairs})


def test_a_page_changes_when_something_is_published_on_it(site, started):
    path = "/velosocial/api/v1/timelines/public?limit=40"
    etag = site.respond(path, started).headers["etag"]
    later = started + timedelta(seconds=240)
    assert site.respond(path, later, if_none_match=etag).status == 200


def test_last_modified_is_the_youngest_post_on_the_page(site, replay, started):
    youngest = [e for e in replay.boards["urbanrider"].until(started) if e.root == e.number][-1]
    told = site.respond("/urbanrider/feed.xml", started).headers["last-modified"]
    assert told == f"{youngest.published:%a, %d %b %Y %H:%M:%S GMT}"
    again = site.respond("/urbanrider/feed.xml", started, if_modified_since=told)
    assert again.status == 304


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
def test_both_validators_are_understood(etag, since, status):
    assert revalidate(PAGE, etag, since).status == status


def test_only_a_200_is_compared():
    assert revalidate(SiteResponse(status=404), "*", None).status == 404
