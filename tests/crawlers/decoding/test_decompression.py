"""Responses whose headers are wrong about compression or length, from a real server."""

import gzip

import pytest

pytestmark = pytest.mark.crawl
END = "</channel></rss>"


def outcomes(events):
    return {
        event["source"]: event["reason"] or event["state"]
        for event in events
        if event["event"] == "ended"
    }


def test_gzip_is_known_by_its_first_bytes(web, crawl_child, source, rss):
    """Without Content-Encoding, twice, and with it over plain text; bombs are refused."""
    feed = rss("here")
    web.put("/silent", gzip.compress(feed), Content_Type="application/xml")
    web.put("/twice", gzip.compress(gzip.compress(feed)), Content_Encoding="gzip")
    web.put("/plain", feed, Content_Encoding="gzip")
    bomb = gzip.compress(b"<rss>" + b" " * 5_000_000 + END.encode())
    web.put("/bomb", bomb)
    web.put("/nested", gzip.compress(bomb))
    web.put("/damaged", b"\x1f\x8b\x08" + feed)
    names = ("silent", "twice", "plain", "bomb", "nested", "damaged")
    events = crawl_child(
        *(source(name, f"{web.url}/{name}") for name in names), settings={"max_bytes": 100_000}
    )
    too_large = "the response is too large once decompressed"
    assert outcomes(events) == {
        "silent": "ok",
        "twice": "ok",
        "plain": "ok",
        "bomb": too_large,
        "nested": too_large,
        "damaged": "the response is damaged: it is not gzip",
    }


def test_end_tag_decides_and_not_content_length(web, crawl_child, source, rss):
    """A whole document counts whatever its length; the loss of its end is tried three times."""
    feed = rss("here")
    page = b'<html><p class="thread"><a class="title" href="/t"></a></p></html>'
    web.put("/t", b"<html><article id='p1'><p class=content>x</p></article></html>")
    responses = {
        "feed": ("feed", feed, 20),
        "with-newlines": ("feed", feed + b"\n" * 30, -20),
        "compressed": ("feed", gzip.compress(feed), 20),
        "rows": ("mastodon", b"[]", 20),
        "page": ("forum", page, 20),
        "cut-feed": ("feed", feed[:-10], 20),
        "short-feed": ("feed", feed, -20),
        "cut-rows": ("mastodon", b'[{"id": "1"', 20),
        "cut-page": ("forum", page[:-7], 20),
        "cut-compressed": ("feed", gzip.compress(feed)[:-30], 20),
        "empty": ("feed", b"", 20),
    }
    jobs = []
    for name, (kind, body, extra) in responses.items():
        path = "/rows/api/v1/timelines/public?limit=40" if kind == "mastodon" else f"/{name}"
        path = path.replace("rows", name, 1)
        encoding = {"Content_Encoding": "gzip"} if "compressed" in name else {}
        web.put(path, body, length=str(len(body) + extra), Connection="close", **encoding)
        jobs.append(source(name, f"{web.url}/{name}", kind))
    results = outcomes(crawl_child(*jobs))
    whole = ("feed", "with-newlines", "compressed", "rows", "page")
    assert {name: results[name] for name in whole} == dict.fromkeys(whole, "ok")
    assert results["short-feed"] == "not a feed: cut off, its end tag </rss> is missing"
    lost = ("cut-feed", "cut-rows", "cut-page", "cut-compressed", "empty")
    assert {name: results[name] for name in lost} == dict.fromkeys(lost, "the response was cut off")
    assert web.paths().count("/cut-page") == 3


def test_charset_of_the_header_reaches_the_source(web, crawl_child, source):
    """An empty response is no page, whatever its charset."""
    thread = '<p class="thread"><a class="title" href="/tёma"></a></p>'
    web.put("/board", thread.encode("koi8-r"), Content_Type='text/html; charset="koi8-r"')
    web.put("/t%D1%91ma", b"<p></p>")
    web.put("/empty", b"\xef\xbb\xbf \n", Content_Type="text/html")
    names = ("board", "empty")
    results = outcomes(crawl_child(*(source(name, f"{web.url}/{name}", "forum") for name in names)))
    assert results == {"board": "ok", "empty": f"{web.url}/empty returned an empty response"}
    assert "/t%D1%91ma" in web.paths()
