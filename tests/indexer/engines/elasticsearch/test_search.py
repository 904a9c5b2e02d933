"""Searches of many families and values: exact in at most three requests to the server."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from indexer.engines.elasticsearch.groups import FIRST_FAMILIES
from indexer.engines.elasticsearch.index import ElasticsearchIndex
from indexer.engines.elasticsearch.steps import run_together
from indexer.engines.memory import MemoryIndex
from indexer.query import Everything
from indexer.request import Filters, HistogramRequest, SearchRequest
from tests.indexer import node
from tests.indexer.factories import NOON, SECOND, upsert

DAY = timedelta(days=1)
MENTIONS = 3 * FIRST_FAMILIES


@pytest.fixture(scope="module")
def changes():
    """Return changes with more families and more values than the first request lists."""
    random = Random(3)
    return [
        upsert(
            n,
            f"many{n}",
            f"word{n % 7}",
            published=SECOND - random.randrange(60 * 86_400),
            family=f"{random.randrange(2 * FIRST_FAMILIES):032x}",
            tag=(f"tag{random.randrange(1_500)}",),
        )
        for n in range(1, MENTIONS + 1)
    ]


@pytest.fixture(scope="module")
def index(changes) -> Iterator[ElasticsearchIndex]:
    prefix = f"t{uuid4().hex}"
    with ElasticsearchIndex(node.url(), prefix=prefix) as engine:
        engine.setup()
        engine.apply(changes)
        engine.refresh()
        yield engine
        for month in engine._client.indices.get(index=f"{prefix}-*"):
            engine._client.indices.delete(index=month)


@pytest.mark.service
def test_pages_of_many_families_are_exact_with_few_requests(index, changes, monkeypatch):
    memory, requests = MemoryIndex(), []
    memory.apply(changes)
    memory.refresh()
    search = index._search
    monkeypatch.setattr(index, "_search", lambda body: requests.append(body) or search(body))
    token, width = (
        None,
        HistogramRequest(
            width=lambda _: DAY, zone=ZoneInfo("UTC"), past_weeks=4, starts_at_first_mention=True
        ),
    )
    for page_number in range(4):
        request = SearchRequest(
            query=Everything(),
            filters=Filters(since=NOON - 400 * DAY, until=NOON + DAY),
            page_token=token,
            group_by_family=True,
            facets=("tag", "source"),
            histogram=width,
        )
        requests.clear()
        response, expected = index.search(request), memory.search(request)
        assert len(requests) <= 3, page_number
        assert response == expected
        token = response.next_page_token


def test_parts_share_requests():
    def part(name, count):
        total = 0
        for n in range(count):
            total += yield {"aggs": {f"{name}{n}": {}}}
        return total

    bodies = []
    results = run_together(
        {"one": part("a", 1), "two": part("b", 3)}, lambda body: bodies.append(body) or len(bodies)
    )
    assert [sorted(body["aggs"]) for body in bodies] == [["a0", "b0"], ["b1"], ["b2"]]
    assert results == {"one": 1, "two": 1 + 2 + 3}
