"""The number of requests to the index for a page, on every engine."""

from collections import Counter

import pytest
from lxml.html import fromstring

from indexer.index import MentionIndex
from tests.console import sample_installation
from tests.indexer.engine_starts import ENGINES, STARTS

LIMIT = 3  # calls, and on a server requests, for a page

PAGES = [
    "",
    "?range=all",
    "?range=all&q=nosuchword",
    "?q=acme&range=28d&sentiment=negative&source=blog&source=nowhere",
    "?q=acme&range=all&sort=relevance",
    "?from=2026-02-20T00:00:00Z&to=2026-03-01T00:00:00Z",
]
WRONG_PAGES = ["?q=(", "?range=9y", "?q=acme&after=7"]


class CountingIndex:
    """An index that counts the calls of each public method of *index*."""

    def __init__(self, index: MentionIndex) -> None:
        self.index = index
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name):
        method = getattr(self.index, name)

        def call(*args, **options):
            self.calls[name] += 1
            return method(*args, **options)

        return call


@pytest.fixture(params=ENGINES)
def index(request, filled_record, tmp_path):
    """Yield each engine with the mentions of the sample installation."""
    for engine in STARTS[request.param](tmp_path):
        engine.setup()
        yield CountingIndex(sample_installation.fill_index(filled_record, engine))


@pytest.fixture
def http_requests(index, monkeypatch):
    """Return a list that gets the path of each request to Elasticsearch."""
    requests = []
    client = getattr(index.index, "_client", None)
    if client is not None:
        perform = client.transport.perform_request

        def count(*args, **options):
            requests.append(args[1])
            return perform(*args, **options)

        monkeypatch.setattr(client.transport, "perform_request", count)
    return requests


@pytest.mark.parametrize("path", ["/", "/search.json"])
def test_page_is_one_request(index, filled_record, http_requests, path):
    client = sample_installation.make_client(sample_installation.make_context(filled_record, index))
    for parameters in PAGES:
        index.calls.clear()
        http_requests.clear()
        assert client.get(f"{path}{parameters}").status_code == 200
        assert index.calls == {"search": 1}
        assert len(http_requests) <= LIMIT


def test_each_page_of_groups_is_one_request(index, filled_record, http_requests):
    client = sample_installation.make_client(sample_installation.make_context(filled_record, index))
    path, pages = "/?range=all", 0
    while path:
        index.calls.clear()
        http_requests.clear()
        html = client.get(path).text
        assert index.calls == {"search": 1}
        assert len(http_requests) <= LIMIT
        path, pages = next(iter(next_links(html)), None), pages + 1
    assert pages > 2


def test_wrong_url_makes_no_request(index, filled_record):
    client = sample_installation.make_client(sample_installation.make_context(filled_record, index))
    for parameters in WRONG_PAGES:
        for path in ("/", "/search.json"):
            assert client.get(f"{path}{parameters}").status_code == 422
    assert not index.calls


def next_links(html):
    return fromstring(html).xpath("//a[@rel='next']/@href")
