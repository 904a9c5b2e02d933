"""Checks of every request and headers of every response."""

from dataclasses import replace

import pytest

from console.middleware import refuse_open_bind
from core.errors import ConfigError
from indexer.engines.memory import MemoryIndex
from tests.console import sample_installation

PATHS = ("/", "/incidents/1", "/status.json", "/static/harken.css", "/nope", "/?range=9y")


@pytest.mark.parametrize("path", PATHS)
def test_every_response_has_the_headers(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


class FailingIndex(MemoryIndex):
    """An index that raises an unexpected exception."""

    def search(self, *_, **__):
        raise ZeroDivisionError("the text of a mention")


def test_response_to_an_unexpected_error_has_the_headers_and_no_text(context):
    response = sample_installation.make_client(replace(context, index=FailingIndex())).get("/")
    assert response.status_code == 500
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "the text of" not in response.text


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8642", "127.0.0.1", "127.8.9.1:1", "[::1]:80", "harken.example"],
)
def test_own_host_names_are_accepted(client, host):
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
def test_foreign_host_names_are_refused(client, host):
    """With a foreign name for this address, a foreign page could load everything."""
    response = client.get("/", headers={"host": host})
    assert response.status_code == 400
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "acme" not in response.text


def test_head_is_get_without_a_body(client):
    for path in ("/", "/status.json", "/static/harken.css", "/nope"):
        get, head = client.get(path), client.head(path)
        assert head.status_code == get.status_code
        assert head.headers["content-type"] == get.headers["content-type"]
        assert head.content == b""


def test_long_bodies_are_refused_by_their_length(client):
    url = "/incidents/1/acknowledge"
    assert client.post(url, content=b"x" * 20_000).status_code == 413
    assert client.post(url, content=iter([b"endless"])).status_code == 411


def test_no_other_pages_and_methods(client):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404
    assert client.put("/", content=b"").status_code == 405


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_accepted(host):
    refuse_open_bind(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "harken.example", "", "*"])
def test_other_addresses_are_refused(host):
    with pytest.raises(ConfigError, match=r"no login yet.*127\.0\.0\.1"):
        refuse_open_bind(host)


def test_base_url_is_accepted_with_any_port(client):
    """The host of the base URL is accepted with any port."""
    assert (
        client.get("/healthz", headers={"host": sample_installation.BASE[7:] + ":1"}).status_code
        == 200
    )
