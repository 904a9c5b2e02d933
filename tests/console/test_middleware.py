"""Checks of every request and headers of every response."""

from dataclasses import replace

import pytest

from console.middleware import refuse_open_bind
from core.errors import ConfigError
from indexer.engines.memory import MemoryIndex
from tests.console import sample_installation

EVERYWHERE = ("/", "/incidents/1", "/status.json", "/static/harken.css", "/nope", "/?range=9y")


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_bears_the_headers(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


class Broken(MemoryIndex):
    """An index with a bug in it."""

    def search(self, *_, **__):
        raise ZeroDivisionError("the text of a mention")


def test_an_unexpected_error_bears_them_too_and_tells_nothing(context):
    answer = sample_installation.make_client(replace(context, index=Broken())).get("/")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "the text of" not in answer.text


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8642", "127.0.0.1", "127.8.9.1:1", "[::1]:80", "harken.example"],
)
def test_own_names_are_answered(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "harken.example.evil.example",
        "10.0.0.7",
        "0.0.0.0",
        "",
        "[::1",
        "127.0.0.1.x",
    ],
)
def test_foreign_names_are_refused(client, host):
    """With a foreign name that points here, a foreign page could read everything."""
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "acme" not in answer.text


def test_head_is_get_without_the_body(client):
    for path in ("/", "/status.json", "/static/harken.css", "/nope"):
        get, head = client.get(path), client.head(path)
        assert head.status_code == get.status_code
        assert head.headers["content-type"] == get.headers["content-type"]
        assert head.content == b""


def test_long_bodies_are_refused_before_they_are_read(client):
    url = "/incidents/1/acknowledge"
    assert client.post(url, content=b"x" * 20_000).status_code == 413
    assert client.post(url, content=iter([b"endless"])).status_code == 411


def test_there_is_no_other_way_in(client):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404
    assert client.put("/", content=b"").status_code == 405


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_may_be_bound(host):
    refuse_open_bind(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "harken.example", "", "*"])
def test_any_other_bind_is_refused_until_there_are_accounts(host):
    with pytest.raises(ConfigError, match=r"no login yet.*127\.0\.0\.1"):
        refuse_open_bind(host)


def test_the_base_url_is_only_a_name(client):
    """The base URL's host is accepted with any port."""
    assert (
        client.get("/healthz", headers={"host": sample_installation.BASE[7:] + ":1"}).status_code
        == 200
    )
