"""The number of questions that a page asks its index, on every engine."""

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


class CountedIndex:
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
    """Each engine in turn with the mentions of the sample installation."""
    for engine in STARTS[request.param](tmp_path):
        engine.setup()
        yield CountedIndex(sample_installation.fill_index(filled_record, engine))


@pytest.fixture
def http_requests(index, monkeypatch):
    """A list that gets an element with each request to the server of an Elasticsearch."""
    sent = []
    client = getattr(index.index, "_client", None)
    if client is not None:
        perform = client.transport.perform_request

        def count(*args, **options):
            sent.append(args[1])
            return perform(*args, **options)

        monkeypatch.setattr(client.transport, "perform_request", count)
    return sent


@pytest.mark.parametrize("path", ["/", "/search.json"])
def test_a_page_is_one_question(index, filled_record, http_requests, path):
    client = sample_installation.make_client(sample_installation.make_context(filled_record, index))
    for parameters in PAGES:
        index.calls.clear()
        http_requests.clear()
        assert client.get(f"{path}{parameters}").status_code == 200
        assert index.calls == {"search": 1}
        assert len(http_requests) <= LIMIT


def test_pages_of_groups_are_one_question_each(index, filled_record, http_requests):
    client = sample_installation.make_client(sample_installation.make_context(filled_record, index))
    address, pages = "/?range=all", 0
    while address:
        index.calls.clear()
        http_requests.clear()
        html = client.get(address).text
        assert index.calls == {"search": 1}
        assert len(http_requests) <= LIMIT
        address, pages = next(iter(next_links(html)), None), pages + 1
    assert pages > 2


def test_a_wrong_address_asks_nothing(index, filled_record):
    client = sample_installation.make_client(sample_installation.make_context(filled_record, index))
    for parameters in WRONG_PAGES:
        for path in ("/", "/search.json"):
            assert client.get(f"{path}{parameters}").status_code == 422
    assert not index.calls


def next_links(html):
    return fromstring(html).xpath("//a[@rel='next']/@href")
