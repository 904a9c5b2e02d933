"""Batches crawled by real Scrapy children from real servers."""

import gzip
import json
import socket
from contextlib import closing
from datetime import datetime, timedelta

import pytest

pytestmark = pytest.mark.crawl
STARTED = datetime.fromisoformat("2026-11-22T06:00:00+00:00")  # the child's clock


def outcomes_by_source(events):
    """Return the outcome of each source, which has exactly one."""
    outcomes = [event for event in events if event["event"] == "ended"]
    by_source = {event["source"]: event for event in outcomes}
    assert len(by_source) == len(outcomes)
    return by_source


def uris(events, source):
    pages = [e["uris"] for e in events if e["event"] == "page" and e["source"] == source]
    return [uri.rpartition("/")[2] for page in pages for uri in page]


@pytest.fixture
def canary():
    """Yield a listening socket to which no crawl may connect."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.setblocking(False)
        yield listener
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_second_crawl_downloads_only_changed_pages(web, crawl_child, source, rss):
    """The second one needs only the cursor and the validators that the sink received."""
    web.put("/feed", rss("three", "two", following="/feed?page=2"), ETag='W/"1"')
    web.put("/feed?page=2", rss("one"))
    first = crawl_child(source("blog", f"{web.url}/feed"))
    assert uris(first, "blog") == ["three", "two", "one"]
    assert [e["cursor"]["backfilled"] for e in first if e["event"] == "page"][1:] == [True]
    page, last = first[0], first[1]
    again = source("blog", f"{web.url}/feed", cursor=last["cursor"], validators=page["validators"])
    second = crawl_child(again)
    assert [e["event"] for e in second] == ["not_modified", "ended"]
    assert outcomes_by_source(second)["blog"]["not_modified"] == 1
    assert web.paths()[3:] == ["/robots.txt", "/feed"]


def test_failed_thread_is_read_by_the_next_crawl(web, crawl_child, source):
    """The thread that failed last time is read even if the list has not changed."""
    thread = '<p class="thread"><a class="title" href="/t/1"></a></p>'
    web.put("/list", thread.encode(), ETag='"1"')
    for _ in range(3):
        web.put("/t/1", status=500)
    web.put("/t/1", b'<article id="p1"><a rel="bookmark" href="/p/here">#</a></article>')
    cursor, validators, crawled_uris = {"until": "2026-11-20T00:00:00Z", "backfilled": True}, {}, []
    for state in ("failed", "ok", "ok"):
        more = {"cursor": cursor, "validators": validators}
        events = crawl_child(source("board", f"{web.url}/list", "forum", **more))
        assert outcomes_by_source(events)["board"]["state"] == state
        for page in (event for event in events if event["event"] == "page"):
            cursor = page["cursor"] or cursor
            validators |= page["validators"]
        crawled_uris += uris(events, "board")
    assert crawled_uris == ["here"]
    assert events[0]["event"] == "not_modified"


def test_next_page_is_downloaded_while_a_page_is_stored(web, crawl_child, source, rss):
    """A failure of the next page comes after the current one is stored."""
    web.put("/feed", rss("one", following="/older"))
    web.put("/older", rss("two", following="/gone"))
    web.put("/gone", status=500)
    slow = 0.6
    events = crawl_child(source("blog", f"{web.url}/feed"), slow=slow)
    page_uris = [event["uris"] for event in events if event["event"] == "page"]
    assert page_uris == [["https://blog.example/one"], ["https://blog.example/two"]]
    assert events[-1]["state"] == "failed"
    assert web.paths()[:4] == ["/robots.txt", "/feed", "/older", "/gone"]
    _, first, second, *_ = web.gaps()
    assert first < slow <= second


def test_failed_source_does_not_affect_others(web, crawl_child, source, rss):
    """Garbage, a missing page, a sink that raises, a page that links to itself: others continue."""
    web.put("/good", rss("good"))
    web.put("/garbage", b"<rss><channel><item>PRIVATE WORDS")
    web.put("/loop", rss("round", following="/loop"))
    web.put("/sunk", rss("sunk"))
    names = ("garbage", "absent", "good", "loop", "sunk")
    events = crawl_child(*(source(n, f"{web.url}/{n}") for n in names), broken="sunk")
    outcomes = outcomes_by_source(events)
    assert {
        name: outcomes[name]["state"] for name in names if outcomes[name]["state"] != "failed"
    } == {"good": "ok"}
    assert uris(events, "good") == ["good"]
    assert outcomes["garbage"]["reason"].startswith("not a feed: ")
    assert "PRIVATE" not in str(events)
    assert outcomes["absent"]["reason"] == f"{web.url}/absent returned 404"
    assert outcomes["loop"]["reason"] == f"{web.url}/loop links back to itself"
    assert outcomes["sunk"]["reason"] == "unexpected error OSError"


def test_short_pause_is_waited_for_and_long_one_is_reported(new_site, crawl_child, source, rss):
    """After a long one the host gets no request, not even for its other sources."""
    soon, late = new_site(), new_site()
    soon.put("/feed", status=429, Retry_After="1")
    soon.put("/feed", rss("here"))
    late.put("/feed", status=503, Retry_After="100")
    late.put("/other", rss("never"))
    events = crawl_child(
        source("soon", f"{soon.url}/feed"),
        source("late", f"{late.url}/feed"),
        source("other", f"{late.url}/other", cursor={"until": "2026-11-20T00:00:00Z"}),
    )
    outcomes = outcomes_by_source(events)
    assert (outcomes["soon"]["state"], uris(events, "soon")) == ("ok", ["here"])
    assert soon.gaps()[-1] >= 1
    assert outcomes["late"]["state"] == "waiting"
    assert outcomes["late"]["host"] == late.host_and_port
    wait = datetime.fromisoformat(outcomes["late"]["retry_at"]) - STARTED
    assert timedelta(seconds=99) < wait < timedelta(seconds=110)
    assert late.paths().count("/feed") == 1


def test_pause_of_an_earlier_batch_applies(web, crawl_child, source, rss):
    """A host with a pause from an earlier batch gets no request, not even for robots.txt."""
    web.put("/feed", rss("here"))
    events = crawl_child(source("blog", f"{web.url}/feed"), closed={web.host_and_port: 50})
    assert outcomes_by_source(events)["blog"]["state"] == "waiting"
    assert web.requests == []


def test_robots_txt_is_obeyed(new_site, crawl_child, source, rss):
    """A rule or a server error forbids; a Crawl-delay applies whatever the configured delay is."""
    failing, forbidding, slow = new_site(), new_site(), new_site()
    failing.put("/robots.txt", status=500)
    forbidding.put("/robots.txt", b"User-agent: *\nDisallow: /private/")
    forbidding.put("/open", rss("open"))
    forbidding.put("/way", status=302, Location="/private/feed")
    slow.put("/robots.txt", b"User-agent: *\nCrawl-delay: 0.4")
    slow.put("/feed", rss("two", following="/feed?page=2"))
    slow.put("/feed?page=2", rss("one"))
    events = crawl_child(
        source("failing", f"{failing.url}/feed"),
        source("private", f"{forbidding.url}/private/feed"),
        source("way", f"{forbidding.url}/way"),
        source("open", f"{forbidding.url}/open"),
        source("slow", f"{slow.url}/feed"),
    )
    states = {name: end["state"] for name, end in outcomes_by_source(events).items()}
    forbidden_states = dict.fromkeys(("failing", "private", "way"), "forbidden")
    assert states == {**forbidden_states, "open": "ok", "slow": "ok"}
    assert set(failing.paths()) == {"/robots.txt"}
    assert "/private/feed" not in forbidding.paths()
    assert min(slow.gaps()) > 0.3
    assert len(slow.gaps()) == 2


def test_site_that_refuses_visitors_is_reported_in_its_own_words(new_site, crawl_child, source):
    """401 and 403 are no failure of the network: the state is forbidden, as of robots.txt."""
    closed, broken = new_site(), new_site()
    path = "/api/v1/timelines/public?limit=40"
    closed.put(path, b'{"error": "Sign in <b>to</b> read"}', status=401)
    broken.put(path, b"<html>PRIVATE WORDS</html>", status=500)
    events = crawl_child(
        source("closed", closed.url, "mastodon"), source("broken", broken.url, "mastodon")
    )
    outcomes = outcomes_by_source(events)
    place = "/api/v1/timelines/public returned"
    assert (outcomes["closed"]["state"], outcomes["closed"]["reason"]) == (
        "forbidden",
        f'{closed.url}{place} 401: the server says "Sign in to read"',
    )
    assert (outcomes["broken"]["state"], outcomes["broken"]["reason"]) == (
        "failed",
        f"{broken.url}{place} 500",
    )


def test_wordpress_site_without_permalinks_is_found(web, crawl_child, source):
    """By the header of its front page; the next crawl starts at the address that was found."""
    row = {"link": "https://diary.example/a", "content": "x", "modified_gmt": "2026-11-21T09:00:00"}
    web.put("/", b"<html>", Link=f'<{web.url}/?rest_route=/>; rel="https://api.w.org/"')
    fields = "_fields=id,date_gmt,date,modified_gmt,link,guid,title,content,excerpt,author"
    since = "orderby=modified&modified_after=2026-10-25T06:00:00"
    path = f"/?rest_route=/wp/v2/posts&per_page=100&order=desc&page=1&{since}&{fields}"
    web.put(path, json.dumps([row]).encode())
    job = source("diary", f"{web.url}/", "wordpress")
    events = crawl_child(job)
    assert outcomes_by_source(events)["diary"]["state"] == "ok"
    assert uris(events, "diary") == ["a"]
    pages = [path.partition("&")[0] for path in web.paths()[1:]]
    assert pages[0].startswith("/wp-json/wp/v2/posts?")
    assert pages[1:] == ["/", "/?rest_route=/wp/v2/posts", "/?rest_route=/wp/v2/comments"]
    cursor = next(event["cursor"] for event in reversed(events[:-1]) if event["cursor"])
    web.requests.clear()
    crawl_child(source("diary", f"{web.url}/", "wordpress", cursor=cursor))
    assert web.paths()[1].startswith("/?rest_route=/wp/v2/posts&")


def test_delay_applies_to_its_host_and_port_only(new_site, crawl_child, source, rss):
    """One host waits between requests, its neighbour on another port with delay 0 does not."""
    slow, fast = new_site(), new_site()
    for site in (slow, fast):
        site.put("/feed", rss("two", following="/feed?page=2"))
        site.put("/feed?page=2", rss("one"))
    slowly = source("slow", f"{slow.url}/feed", delay=None)
    quickly = source("fast", f"{fast.url}/feed")
    crawl_child(slowly, quickly, settings={"delay": 1})
    assert min(slow.gaps()) > 0.7
    (_, _, second), (_, _, last) = slow.requests[1], fast.requests[-1]
    assert last < second


def test_guard_blocks_loopback_unless_allowed(web, canary, crawl_child, source, rss):
    """By any spelling, by a redirect, by a page's link, and next to an allowed source."""
    port = canary.getsockname()[1]
    web.put("/feed", rss("here"))
    web.put("/leaves", status=302, Location=f"http://127.0.0.1:{port}/")
    web.put("/page", rss("here", following=f"http://127.0.0.1:{port}/page"))
    spellings = ("127.0.0.1", "localhost", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]")
    blocked_jobs = [
        source(f"spelt {name}", f"http://{name}:{port}/", allow_loopback=False)
        for name in spellings
    ]
    events = crawl_child(
        *blocked_jobs,
        source("not allowed", f"{web.url}/feed", allow_loopback=False),
        source("leaves", f"{web.url}/leaves"),
        source("page", f"{web.url}/page"),
        source("allowed", f"{web.url}/feed"),
    )
    outcomes = outcomes_by_source(events)
    assert outcomes.pop("allowed")["state"] == "ok"
    # The resolver is asked for IPv4 only, so a host of IPv6 alone is unknown.
    assert outcomes.pop("spelt [::1]")["reason"] == "host name not found"
    assert {end["reason"].partition(":")[0] for end in outcomes.values()} == {"blocked"}


def test_permanent_redirect_is_reported(web, crawl_child, source, rss):
    """301 and 308 give the new address, 302 does not; more than five redirects are an error."""
    web.put("/old", status=301, Location="/older")
    web.put("/older", status=308, Location="/new")
    web.put("/for-now", status=302, Location="/new")
    web.put("/new", rss("here"), Last_Modified="Sat, 21 Nov 2026 22:47:50 GMT")
    for hop in range(8):
        web.put(f"/hop{hop}", status=302, Location=f"/hop{hop + 1}")
    events = crawl_child(*(source(n, f"{web.url}/{n}") for n in ("old", "for-now", "hop0")))
    outcomes = outcomes_by_source(events)
    assert outcomes["old"]["new_url"] == f"{web.url}/new"
    assert (outcomes["for-now"]["state"], outcomes["for-now"]["new_url"]) == ("ok", None)
    assert outcomes["hop0"]["reason"] == "too many redirects"
    validator_urls = {e["source"]: sorted(e["validators"]) for e in events if e["event"] == "page"}
    assert validator_urls["for-now"] == [f"{web.url}/for-now", f"{web.url}/new"]


def test_large_or_slow_response_is_stopped(web, crawl_child, source, rss):
    """Plain, compressed or endless: each fails alone, in limited time."""
    web.put("/large", b"x" * 200_000)
    web.put("/bomb", gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip")
    web.put("/stuck", b"<rss>", length="1000")
    web.put("/good", gzip.compress(rss("good")), Content_Encoding="gzip")
    names = ("large", "bomb", "stuck", "good")
    limits = {"max_bytes": 100_000, "timeout": 1.0}
    events = crawl_child(*(source(n, f"{web.url}/{n}") for n in names), settings=limits)
    reasons = {name: end["reason"] for name, end in outcomes_by_source(events).items()}
    assert reasons == {
        "large": "the response is too large",
        "bomb": "the response is too large once decompressed",
        "stuck": "timed out",
        "good": None,
    }


def test_batch_ends_at_its_deadline_and_run_at_its_budget(web, crawl_child, source, rss):
    """Stored pages stay, with the cursor at which the next run continues."""
    for page in range(1, 9):
        web.put(f"/feed?page={page}", rss(f"{page}", following=f"/feed?page={page + 1}"))
    web.put("/stuck", b"<rss>", length="1000")
    events = crawl_child(
        source("long", f"{web.url}/feed?page=1"),
        source("stuck", f"{web.url}/stuck"),
        settings={"deadline": 1.5, "max_requests": 4},
    )
    outcomes = outcomes_by_source(events)
    assert outcomes["stuck"]["reason"] == "the crawl deadline passed"
    assert outcomes["long"]["reason"] == "stopped after 4 requests; the next run continues"
    last = [e for e in events if e["event"] == "page"][-1]
    assert last["cursor"]["next"].endswith(f"page={len(uris(events, 'long')) + 1}")
