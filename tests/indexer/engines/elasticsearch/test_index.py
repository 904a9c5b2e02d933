"""Elasticsearch: indices by month, errors of the server, and other products."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import uuid4

import pytest

from core.errors import ConfigError, TransientError
from indexer.change import ChangeResult
from indexer.engines.elasticsearch.bulk import DocumentLocation
from indexer.engines.elasticsearch.client import check_client
from indexer.engines.elasticsearch.index import ElasticsearchIndex
from indexer.engines.elasticsearch.mapping import index_template, month_index, to_source
from indexer.engines.elasticsearch.writer import MAX_RECENT_LOCATIONS
from tests.indexer import node
from tests.indexer.factories import SECOND, delete, key, make_document, upsert

LONG_AGO = SECOND - 90 * 86_400


@contextmanager
def open_index(url: str) -> Iterator[ElasticsearchIndex]:
    """Yield an index for one test and delete it afterwards."""
    prefix = f"t{uuid4().hex}"
    with ElasticsearchIndex(url, prefix=prefix) as index:
        index.setup()
        yield index
        for month in index._client.indices.get(index=f"{prefix}-*"):
            index._client.indices.delete(index=month)


@pytest.fixture
def index() -> Iterator[ElasticsearchIndex]:
    with open_index(node.url()) as index:
        yield index


def locations(index: ElasticsearchIndex) -> list[tuple[str, int]]:
    """Return month and version of all entries."""
    index.refresh()
    rows = index._search({"query": {"match_all": {}}, "version": True})["hits"]["hits"]
    return sorted((row["_index"][-7:], row["_version"]) for row in rows)


@pytest.mark.service
def test_mention_is_in_the_month_of_its_publication(index):
    """It is in no other month after the source corrects the date, before or after a refresh."""
    index.apply([upsert(1, "a"), upsert(2, "b", published=LONG_AGO)])
    assert locations(index) == [("2025.12", 2), ("2026.03", 1)]
    index.apply([upsert(3, "a", published=LONG_AGO)])
    index.apply([upsert(4, "a"), upsert(5, "a", published=LONG_AGO)])
    assert locations(index) == [("2025.12", 2), ("2025.12", 5)]


@pytest.mark.service
def test_replay_repairs_a_crash_between_two_months(index):
    """The new month was written and the old one not yet deleted. The replay deletes it."""
    client = index._client
    for number, published in ((1, LONG_AGO), (2, SECOND)):
        document = to_source(make_document("a", published=published))
        month = month_index(index._prefix, published)
        version = {"version": number, "version_type": "external"}
        client.index(index=month, id=key("a"), document=document, **version)
    assert locations(index) == [("2025.12", 1), ("2026.03", 2)]
    assert index.apply([upsert(2, "a")])[0].result is ChangeResult.STALE
    assert locations(index) == [("2026.03", 2)]


@pytest.mark.service
def test_delete_covers_every_month(index):
    index.apply([upsert(1, "a", published=LONG_AGO)])
    index.refresh()
    assert index.apply([delete(2, "a"), upsert(1, "a")])[0].result is ChangeResult.OK
    assert locations(index) == []


@pytest.mark.service
def test_full_disk_stops_the_writer_and_loses_nothing(index):
    """The block is the one that Elasticsearch itself sets; searches still work."""
    index.apply([upsert(1, "a")])
    month = month_index(index._prefix, SECOND)
    block = "index.blocks.read_only_allow_delete"
    index._client.indices.put_settings(index=month, settings={block: True})
    with pytest.raises(TransientError, match=r"disk of Elasticsearch at .* is full"):
        index.apply([upsert(2, "b")])
    assert index.count() <= 1
    index._client.indices.put_settings(index=month, settings={block: None})
    assert index.apply([upsert(2, "b")])[0].result is ChangeResult.OK
    assert len(locations(index)) == 2


@pytest.mark.service
def test_request_too_large_for_the_server_is_divided():
    """With a limit of 100 kB no change is lost, and outcomes are in order."""
    with open_index(node.url("indexing_pressure.memory.limit=100kb")) as index:
        batch = [upsert(1, f"n{number}", "word " * 300) for number in range(120)]
        outcomes = index.apply([*batch, upsert(1, "huge", "word " * 40_000)])
        assert [one.id for one in outcomes[:-1]] == [change.id for change in batch]
        assert {one.result for one in outcomes[:-1]} == {ChangeResult.OK}
        assert outcomes[-1].result is ChangeResult.RETRY
        index.refresh()
        assert index.count() == 120


@pytest.mark.service
def test_setup_deletes_indices_of_an_older_schema(index):
    """It has the same alias: each mention would be a result twice."""
    old = f"{index._prefix}-v1-2026.03"
    index._client.indices.create(index=old, aliases={index._prefix: {}})
    index._client.index(index=old, id=key("a"), document={"id": key("a")}, refresh=True)
    assert index.count() == 1
    index.setup()
    assert index.health().docs == 0
    assert index.apply([upsert(1, "a")])[0].result is ChangeResult.OK
    assert not index._client.indices.exists(index=old)


@pytest.mark.service
def test_index_of_a_newer_harken_is_refused(index):
    newer_template = index_template(index._prefix) | {
        "_meta": {"schema": 99},
        "index_patterns": ["nothing"],
    }
    name = f"{index._prefix}-v99"
    index._client.indices.put_index_template(name=name, **newer_template)
    with pytest.raises(ConfigError, match="created by a newer Harken"):
        index.setup()
    index._client.indices.delete_index_template(name=name)


def test_error_of_an_unreachable_server_has_no_secret():
    url = f"http://me:secret@127.0.0.1:{node.free_port()}"
    with ElasticsearchIndex(url) as index, pytest.raises(TransientError) as error_info:
        index.count()
    assert "does not respond (ConnectionError)" in str(error_info.value)
    assert "127.0.0.1" in str(error_info.value)
    assert "secret" not in str(error_info.value)


@pytest.mark.parametrize("url", ["localhost", "http://u:secret@localhost", "", "nine:9200"])
def test_invalid_url_is_a_mistake(url):
    with pytest.raises(ConfigError, match="should be like http") as error_info:
        ElasticsearchIndex(url)
    assert "secret" not in str(error_info.value)


def test_client_of_another_major_version_is_refused():
    check_client((8, 19, 3))
    with pytest.raises(ConfigError, match=r"client elasticsearch 9\.1\.0 .* pip install"):
        check_client((9, 1, 0))


@pytest.mark.service
def test_number_of_recent_locations_is_limited(index):
    """Above a limit, a refresh makes it visible instead."""
    index._writer.recent_locations = {
        key(f"n{number}"): DocumentLocation(None, 1) for number in range(MAX_RECENT_LOCATIONS + 1)
    }
    index.apply([upsert(1, "a")])
    assert [*index._writer.recent_locations] == [key("a")]


@contextmanager
def stub_server(
    status: int,
    body: object,
    product: str = "Elasticsearch",
    on_post_bulk: tuple[int, object] | None = None,
) -> Iterator[str]:
    """Yield the URL of a server with one response to everything, or another to bulk requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_bulk = on_post_bulk is not None and self.path.startswith("/_bulk")
            code, body_to_send = on_post_bulk if is_bulk else (status, body)
            content = json.dumps(body_to_send).encode()
            self.send_response(code)
            self.send_header("X-Elastic-Product", product)
            self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_GET  # noqa: N815 - the names are those of http.server

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "kind", "error", "message"),
    [
        (400, "media_type_header_exception", ConfigError, "pip install 'elasticsearch>=8.19,<9'"),
        (401, "security_exception", ConfigError, "denied access to this account: 401"),
        (403, "security_exception", ConfigError, "denied access to this account: 403"),
        (429, "circuit_breaking_exception", TransientError, "429 circuit_breaking_exception"),
        (503, "cluster_block_exception", TransientError, "503 cluster_block_exception"),
        (400, "parsing_exception", TransientError, "returned an error: 400 parsing_exception"),
    ],
)
def test_errors_of_the_server(status, kind, error, message):
    """The message never contains the text that the server quotes."""
    body = {"error": {"type": kind, "reason": "canary"}, "status": status}
    with (
        stub_server(status, body) as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(error) as error_info,
    ):
        index.count()
    assert message in str(error_info.value)
    assert "canary" not in str(error_info.value)


def test_refused_account_is_an_error_of_apply():
    """A problem of the account or the server is an error and not the result of a mention."""
    no_hits = {"hits": {"total": {"value": 0}, "hits": []}}
    refusal = {"error": {"type": "security_exception"}, "status": 403}
    with (
        stub_server(200, no_hits, on_post_bulk=(403, refusal)) as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(ConfigError, match="403"),
    ):
        index.apply([upsert(1, "a"), upsert(2, "b")])


def test_each_change_of_a_rejected_request_has_its_own_result():
    """A server that rejects every request rejects each mention separately."""
    no_hits = {"hits": {"total": {"value": 0}, "hits": []}}
    refusal = {"error": {"type": "illegal_argument_exception"}, "status": 400}
    batch = [upsert(number, f"n{number}") for number in range(1, 6)]
    with (
        stub_server(200, no_hits, on_post_bulk=(400, refusal)) as url,
        ElasticsearchIndex(url) as index,
    ):
        outcomes = index.apply(batch)
    assert [(one.id, one.result) for one in outcomes] == [
        (change.id, ChangeResult.REJECTED) for change in batch
    ]


def test_changes_are_retried_later_on_a_busy_server():
    """Every mention is to be retried later, after a few smaller requests."""
    no_hits = {"hits": {"total": {"value": 0}, "hits": []}}
    refusal = {"error": {"type": "es_rejected_execution_exception"}, "status": 429}
    batch = [upsert(number, f"n{number}") for number in range(1, 101)]
    with (
        stub_server(200, no_hits, on_post_bulk=(429, refusal)) as url,
        ElasticsearchIndex(url) as index,
    ):
        outcomes = index.apply(batch)
    assert [(one.id, one.result) for one in outcomes] == [
        (change.id, ChangeResult.RETRY) for change in batch
    ]


def test_full_disk_is_an_error_of_apply():
    no_hits = {"hits": {"total": {"value": 0}, "hits": []}}
    cause = {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage"}
    with (
        stub_server(200, no_hits, on_post_bulk=(429, {"error": cause, "status": 429})) as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(TransientError, match="is full: nothing can be indexed until space is freed"),
    ):
        index.apply([upsert(1, "a"), upsert(2, "b")])


def test_other_product_than_elasticsearch_is_refused():
    with (
        stub_server(200, {"count": 0}, product="OpenSearch") as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(ConfigError, match="is not Elasticsearch"),
    ):
        index.count()
