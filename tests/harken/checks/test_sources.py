"""Checks of sources: each is fetched once, as in a crawl, and every failure has a remedy."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from config.settings import Settings
from harken.checks.sources import check_sources
from harken.clock import Clock
from store.crawl import host_pauses
from store.database import Database

pytestmark = pytest.mark.crawl

FEED = b"""<rss version="2.0"><channel><title>Kitchen</title>
<link rel="next" href="/archive.xml" xmlns="http://www.w3.org/2005/Atom"/>
<item><title>My Acme toaster burnt</title><link>http://x.example/1</link>
<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title>Rain</title><link>http://x.example/2</link>
<pubDate>Sun, 22 Nov 2026 05:00:00 GMT</pubDate></item></channel></rss>"""
EMPTY = b'<rss version="2.0"><channel><title>Kitchen</title></channel></rss>'
PAGE = (
    b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" '
    b'href="/feed.xml"></head></html>'
)
PAGES = {
    "/feed.xml": FEED,
    "/empty.xml": EMPTY,
    "/page.html": PAGE,
    "/closed/feed.xml": FEED,
    "/robots.txt": b"User-agent: *\nDisallow: /closed/\n",
}
WATCHES = [
    {"slug": "acme", "name": "Acme", "query": "acme"},
    {"slug": "rival", "name": "Rival", "query": "rivalia"},
]


@pytest.fixture(scope="module")
def site():
    """Yield a web site on loopback; its attribute `requests` has the paths, in order."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.requests.append((self.path, self.headers["User-Agent"]))
            body = PAGES.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args):
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.requests = []
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def make_settings(site, folder, *sources):
    port = site.server_address[1]
    rows = [
        {
            "slug": slug,
            "kind": "feed",
            "allow_loopback": allow_loopback,
            "options": {"url": f"http://127.0.0.1:{port}{path}"},
        }
        for slug, path, allow_loopback in sources
    ]
    crawl = {"delay": "0s", "user_agent": "Harken-Test/1"}
    values = {"state": folder, "watches": WATCHES, "sources": rows, "crawl": crawl}
    return Settings.model_validate(values)


@pytest.fixture(scope="module")
def check(site, tmp_path_factory):
    """Return the results of all sources, by subject, and the settings."""
    folder = tmp_path_factory.mktemp("check")
    settings = make_settings(
        site,
        folder,
        ("good", "/feed.xml", True),
        ("empty", "/empty.xml", True),
        ("page", "/page.html", True),
        ("wrong", "/nothing.xml", True),
        ("closed", "/closed/feed.xml", True),
        ("loop", "/feed.xml", False),
    )
    return {r.what: r for r in check_sources(settings, Clock())}, settings


def test_working_source_shows_posts_newest_and_matches(check):
    good = check[0]["source good"]
    assert (good.ok, good.warning) == (True, False)
    assert good.told == "feed: 2 posts, newest 2026-11-22 05:00 UTC, 1 match"
    assert (good.posts, good.matches, good.newest.isoformat()) == (
        *(2, 1),
        "2026-11-22T05:00:00+00:00",
    )


def test_source_without_posts_is_a_warning(check):
    empty = check[0]["source empty"]
    assert (empty.ok, empty.warning, empty.posts, empty.newest) == (True, True, 0, None)
    assert empty.told == "feed: 0 posts, 0 matches"


def test_each_failure_has_a_remedy(check):
    results, settings = check
    urls = {source.slug: source.options["url"] for source in settings.sources}
    remedies = {what.removeprefix("source "): r.told for what, r in results.items() if not r.ok}
    assert remedies == {
        "page": f"not a feed: an HTML page; set options.url to its feed {urls['good']}",
        "wrong": f"{urls['wrong']} returned 404. Open {urls['wrong']} in a browser and correct "
        "options.url, or try again later",
        "closed": f"blocked by robots.txt: {urls['closed']}",
        "loop": f"blocked: {urls['loop']}: this loopback address is not the source's own; "
        "for loopback set allow_loopback: true",
    }
    assert not any(r.misconfigured for r in results.values())


def test_watch_without_a_match_is_a_warning(check):
    results, _ = check
    assert results["watch rival"].told == "its query matches none of the 2 posts fetched now"
    assert results["watch rival"].ok
    assert "watch acme" not in results


def test_every_page_is_fetched_once_with_the_user_agent_of_a_crawl(check, site):
    paths = [path for path, _ in site.requests]
    assert sorted(paths) == sorted({*PAGES, "/nothing.xml"} - {"/closed/feed.xml"})
    assert {agent for _, agent in site.requests} == {"Harken-Test/1"}


def test_nothing_is_stored(check):
    database = Database(check[1].database_url)
    with database.read() as tx:
        tables = ("mentions", "sources", "runs")
        counts = [tx.exec_driver_sql(f"select count(*) from {t}").scalar() for t in tables]
    database.close()
    assert counts == [0, 0, 0]


def test_blocked_loopback_source_names_the_setting_that_allows_it(site, tmp_path):
    settings = make_settings(site, tmp_path, ("loop", "/feed.xml", False))
    (result,) = check_sources(settings, Clock())
    assert not result.ok
    assert "set allow_loopback: true" in result.told


def test_paused_host_gets_no_request(site, tmp_path):
    settings = make_settings(site, tmp_path, ("good", "/feed.xml", True))
    database, now = Database(settings.database_url), Clock().now()
    database.setup()
    with database.write() as tx:
        until = now + timedelta(hours=1)
        host_pauses.pause(tx, f"127.0.0.1:{site.server_address[1]}", until=until)
    database.close()
    count = len(site.requests)
    (result,) = check_sources(settings, Clock())
    assert (result.ok, result.warning) == (True, True)
    assert result.told.startswith("not fetched: ")
    assert len(site.requests) == count
