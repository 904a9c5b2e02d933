"""What is special about Elasticsearch: months, refusals, and servers that are something else."""

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
from tests.indexer.factories import SECOND, delete, key, shown, upsert

LONG_AGO = SECOND - 90 * 86_400


@contextmanager
def opened(url: str) -> Iterator[ElasticsearchIndex]:
    """An index of one's own, deleted in the end."""
    prefix = f"t{uuid4().hex}"
    with ElasticsearchIndex(url, prefix=prefix) as index:
        index.setup()
        yield index
        for month in index._client.indices.get(index=f"{prefix}-*"):
            index._client.indices.delete(index=month)


@pytest.fixture
def index() -> Iterator[ElasticsearchIndex]:
    with opened(node.url()) as index:
        yield index


def places(index: ElasticsearchIndex) -> list[tuple[str, int]]:
    """Month and version of all entries there are."""
    index.refresh()
    rows = index._search({"query": {"match_all": {}}, "version": True})["hits"]["hits"]
    return sorted((row["_index"][-7:], row["_version"]) for row in rows)


@pytest.mark.service
def test_a_mention_stands_in_the_month_of_its_publication(index):
    """And in no other, when the source corrects the date, seen or not seen by a refresh."""
    index.apply([upsert(1, "a"), upsert(2, "b", published=LONG_AGO)])
    assert places(index) == [("2025.12", 2), ("2026.03", 1)]
    index.apply([upsert(3, "a", published=LONG_AGO)])
    index.apply([upsert(4, "a"), upsert(5, "a", published=LONG_AGO)])
    assert places(index) == [("2025.12", 2), ("2025.12", 5)]


@pytest.mark.service
def test_a_crash_between_two_months_heals(index):
    """The new month was written, the old one not yet deleted: the replay deletes it."""
    client = index._client
    for number, published in ((1, LONG_AGO), (2, SECOND)):
        document = to_source(shown("a", published=published))
        month = month_index(index._prefix, published)
        version = {"version": number, "version_type": "external"}
        client.index(index=month, id=key("a"), document=document, **version)
    assert places(index) == [("2025.12", 1), ("2026.03", 2)]
    assert index.apply([upsert(2, "a")])[0].result is ChangeResult.STALE
    assert places(index) == [("2026.03", 2)]


@pytest.mark.service
def test_a_delete_finds_every_month(index):
    index.apply([upsert(1, "a", published=LONG_AGO)])
    index.refresh()
    assert index.apply([delete(2, "a"), upsert(1, "a")])[0].result is ChangeResult.OK
    assert places(index) == []


@pytest.mark.service
def test_a_full_disk_stops_the_writer_and_loses_nothing(index):
    """The block is the one that Elasticsearch itself sets; searches go on."""
    index.apply([upsert(1, "a")])
    month = month_index(index._prefix, SECOND)
    block = "index.blocks.read_only_allow_delete"
    index._client.indices.put_settings(index=month, settings={block: True})
    with pytest.raises(TransientError, match=r"disk of Elasticsearch at .* is full"):
        index.apply([upsert(2, "b")])
    assert index.count() <= 1
    index._client.indices.put_settings(index=month, settings={block: None})
    assert index.apply([upsert(2, "b")])[0].result is ChangeResult.OK
    assert len(places(index)) == 2


@pytest.mark.service
def test_a_request_too_large_for_the_server_is_halved():
    """Of a limit of 100 kB no part is lost, and no outcome is out of order."""
    with opened(node.url("indexing_pressure.memory.limit=100kb")) as index:
        batch = [upsert(1, f"n{number}", "word " * 300) for number in range(120)]
        outcomes = index.apply([*batch, upsert(1, "huge", "word " * 40_000)])
        assert [one.id for one in outcomes[:-1]] == [change.id for change in batch]
        assert {one.result for one in outcomes[:-1]} == {ChangeResult.OK}
        assert outcomes[-1].result is ChangeResult.RETRY
        index.refresh()
        assert index.count() == 120


@pytest.mark.service
def test_what_an_older_schema_left_goes_at_setup(index):
    """It stands behind the same alias: each mention would be found twice."""
    old = f"{index._prefix}-v1-2026.03"
    index._client.indices.create(index=old, aliases={index._prefix: {}})
    index._client.index(index=old, id=key("a"), document={"id": key("a")}, refresh=True)
    assert index.count() == 1
    index.setup()
    assert index.health().docs == 0
    assert index.apply([upsert(1, "a")])[0].result is ChangeResult.OK
    assert not index._client.indices.exists(index=old)


@pytest.mark.service
def test_an_index_of_a_newer_harken_is_refused(index):
    newer = index_template(index._prefix) | {"_meta": {"schema": 99}, "index_patterns": ["nothing"]}
    name = f"{index._prefix}-v99"
    index._client.indices.put_index_template(name=name, **newer)
    with pytest.raises(ConfigError, match="created by a newer Harken"):
        index.setup()
    index._client.indices.delete_index_template(name=name)


def test_a_server_that_does_not_answer_is_named_without_its_secret():
    url = f"http://me:secret@127.0.0.1:{node.free_port()}"
    with ElasticsearchIndex(url) as index, pytest.raises(TransientError) as caught:
        index.count()
    assert "does not respond (ConnectionError)" in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["localhost", "http://u:secret@localhost", "", "nine:9200"])
def test_a_url_that_is_none_is_a_mistake(url):
    with pytest.raises(ConfigError, match="should be like http") as caught:
        ElasticsearchIndex(url)
    assert "secret" not in str(caught.value)


def test_only_client_8_talks_to_all_servers():
    check_client((8, 19, 3))
    with pytest.raises(ConfigError, match=r"client elasticsearch 9\.1\.0 .* pip install"):
        check_client((9, 1, 0))


@pytest.mark.service
def test_what_is_not_yet_visible_is_not_remembered_for_ever(index):
    """Beyond a limit a refresh makes it visible instead."""
    index._writer.recent_locations = {
        key(f"n{number}"): DocumentLocation(None, 1) for number in range(MAX_RECENT_LOCATIONS + 1)
    }
    index.apply([upsert(1, "a")])
    assert [*index._writer.recent_locations] == [key("a")]


@contextmanager
def answering(
    status: int,
    body: object,
    product: str = "Elasticsearch",
    on_post_bulk: tuple[int, object] | None = None,
) -> Iterator[str]:
    """A server on loopback that says the same to everybody, perhaps something else to a bulk."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_bulk = on_post_bulk is not None and self.path.startswith("/_bulk")
            code, answer = on_post_bulk if is_bulk else (status, body)
            said = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("X-Elastic-Product", product)
            self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_PUT = do_GET  # noqa: N815 - the names are those of http.server

        def log_message(self, *_: object) -> None:
            """Say nothing."""

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
def test_each_refusal_says_who_must_act(status, kind, error, message):
    """And never repeats what the server quotes of a document."""
    body = {"error": {"type": kind, "reason": "canary"}, "status": status}
    with (
        answering(status, body) as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(error) as caught,
    ):
        index.count()
    assert message in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_refusal_while_writing_loses_nothing():
    """What concerns the account or the server is an error, not the fate of a mention."""
    found = {"hits": {"total": {"value": 0}, "hits": []}}
    refusal = {"error": {"type": "security_exception"}, "status": 403}
    with (
        answering(200, found, on_post_bulk=(403, refusal)) as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(ConfigError, match="403"),
    ):
        index.apply([upsert(1, "a"), upsert(2, "b")])


def test_of_a_refused_request_each_part_is_judged():
    """A server that refuses whatever it gets refuses each mention by itself."""
    found = {"hits": {"total": {"value": 0}, "hits": []}}
    refusal = {"error": {"type": "illegal_argument_exception"}, "status": 400}
    batch = [upsert(number, f"n{number}") for number in range(1, 6)]
    with (
        answering(200, found, on_post_bulk=(400, refusal)) as url,
        ElasticsearchIndex(url) as index,
    ):
        outcomes = index.apply(batch)
    assert [(one.id, one.result) for one in outcomes] == [
        (change.id, ChangeResult.REJECTED) for change in batch
    ]


def test_a_busy_server_is_left_alone():
    """Every mention comes back to be tried later, after a few ever smaller requests."""
    found = {"hits": {"total": {"value": 0}, "hits": []}}
    refusal = {"error": {"type": "es_rejected_execution_exception"}, "status": 429}
    batch = [upsert(number, f"n{number}") for number in range(1, 101)]
    with (
        answering(200, found, on_post_bulk=(429, refusal)) as url,
        ElasticsearchIndex(url) as index,
    ):
        outcomes = index.apply(batch)
    assert [(one.id, one.result) for one in outcomes] == [
        (change.id, ChangeResult.RETRY) for change in batch
    ]


def test_a_full_disk_is_not_a_busy_server():
    found = {"hits": {"total": {"value": 0}, "hits": []}}
    cause = {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage"}
    with (
        answering(200, found, on_post_bulk=(429, {"error": cause, "status": 429})) as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(TransientError, match="is full: nothing can be indexed until space is freed"),
    ):
        index.apply([upsert(1, "a"), upsert(2, "b")])


def test_another_product_is_not_taken_for_elasticsearch():
    with (
        answering(200, {"count": 0}, product="OpenSearch") as url,
        ElasticsearchIndex(url) as index,
        pytest.raises(ConfigError, match="is not Elasticsearch"),
    ):
        index.count()
