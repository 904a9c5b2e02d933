"""Operations on a real node, each on an index that is deleted afterwards."""

import shutil

import pytest

from bench.node import elasticsearch
from bench.reality.search import operations
from bench.reality.search.documents import NOON, identity, upsert
from bench.reality.search.elastic_site import OperatedIndex
from bench.shared import shared_path
from core.errors import ConfigError, HarkenError
from indexer.change import ChangeResult


@pytest.fixture(scope="module")
def url():
    try:
        shared_path("elasticsearch/run.sh")
    except ConfigError:
        pytest.skip("not installed")
    if shutil.which("java") is None:
        pytest.skip("not installed")
    with elasticsearch() as url:
        yield url


def test_embedded_engine_runs_without_a_server(tmp_path):
    results = list(operations.play(tmp_path, None, "no server"))
    assert len(results) == operations.count()
    assert {(r.right, r.seen) for r in results[:-1]} == {(None, "no server")}
    assert results[-1].right is not None
    assert results[-1].seen.startswith("fates ")


@pytest.mark.service
def test_every_operation_has_a_result_and_leaves_nothing(url, tmp_path):
    results = list(operations.play(tmp_path, url, ""))
    assert len(results) == operations.count()
    assert all(result.right is not None for result in results)
    assert all(result.seen.startswith(("fates ", "1 of 2", "2 of 2")) for result in results)
    with OperatedIndex(url, "operations") as site:
        assert not site.client.indices.get(index="operations*", expand_wildcards="all")
        assert "catch-all" not in site.client.indices.get_index_template()["index_templates"]
        assert not site.client.cluster.get_settings()["persistent"]


@pytest.mark.service
def test_errors_of_the_product_are_collected(url):
    with OperatedIndex(url, "errors") as site:
        site.index.setup()
        assert site.apply(upsert(1, "a", "acme")) == [ChangeResult.OK]
        assert site.count("acme") == 1
        assert site.errors == []
        site.index.close()
        assert site.count("acme") is None
        assert len(site.errors) == 1


@pytest.mark.service
def test_index_of_a_month(url):
    with OperatedIndex(url, "months") as site:
        site.index.setup()
        site.apply(upsert(1, "a", "acme"), upsert(2, "b", "acme", second=operations.OLD))
        assert operations.OLD < NOON
        assert site.index_of(identity("a")).endswith("2026.03")
        assert site.index_of(identity("b")).endswith("2025.12")
        with pytest.raises(HarkenError, match="no index"):
            site.index_of(identity("c"))
