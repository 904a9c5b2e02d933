"""Errors with a remedy, as a page and as JSON."""

from dataclasses import replace

import pytest
from lxml.html import fromstring

from core.errors import TransientError
from indexer.engines.memory import MemoryIndex
from tests.console import sample_installation

LONG = b"x" * 20_000
ACKNOWLEDGE = "/incidents/1/acknowledge"


def page_text(response):
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return " ".join(fromstring(response.text).cssselect("main")[0].text_content().split())


@pytest.mark.parametrize(
    ("send", "status", "title", "remedy"),
    [
        (lambda c: c.get("/nope"), 404, "Page not found", "Check the address"),
        (lambda c: c.put("/", content=b""), 405, "cannot be used this way", "opened with GET"),
        (
            lambda c: c.post(ACKNOWLEDGE, content=iter([b"endless"])),
            *(411, "does not state its length", "Content-Length"),
        ),
        (lambda c: c.post(ACKNOWLEDGE, content=LONG), 413, "is too large", "at most 10,000 bytes"),
        (lambda c: c.post(ACKNOWLEDGE, content=b""), 403, "has expired", "press the button again"),
    ],
)
def test_error_page_states_reason_and_remedy(client, send, status, title, remedy):
    response = send(client)
    text = page_text(response)
    assert response.status_code == status
    assert title in text
    assert remedy in text
    assert "INC-1" in text  # the layout of every other page
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("send", "status", "sentence"),
    [
        (
            lambda c: c.put("/search.json", content=b""),
            *(405, "This address cannot be used this way. Pages are opened with GET; "),
        ),
        (
            lambda c: c.post("/search.json", content=iter([b"x"])),
            *(411, "The request does not state its length. Send the header Content-Length."),
        ),
        (
            lambda c: c.post("/search.json", content=LONG),
            *(413, "The request is too large. A form of the console has at most 10,000 bytes."),
        ),
    ],
)
def test_error_json_has_the_same_sentence(client, send, status, sentence):
    response = send(client)
    assert response.status_code == status
    assert response.json()["error"].startswith(sentence)
    assert response.json()["ok"] is False


@pytest.mark.parametrize("path", ["/incidents/{}", "/incidents/{}.json", "/inbox/{}.eml"])
def test_number_above_the_range_of_the_database_is_404(client, path):
    assert client.get(path.format(2**63)).status_code == 404
    assert client.get(path.format(2**63 - 1)).status_code == 404


def test_405_lists_the_allowed_methods(client):
    assert client.put("/", content=b"").headers["allow"] == "GET"


class UnreachableIndex(MemoryIndex):
    """An index whose server is down."""

    def search(self, *_, **__):
        raise TransientError("The index does not respond.")


def test_error_of_an_unreachable_index_has_reason_and_command(context):
    client = sample_installation.make_client(replace(context, index=UnreachableIndex()))
    error = client.get("/search.json").json()["error"]
    reason = "Search is unavailable right now. The index does not respond. "
    assert error.startswith(f"{reason}Harken tries again by itself. ")
    assert "harken status" in page_text(client.get("/"))


def test_foreign_host_name_gets_no_page(client):
    """A page would show open incidents to the owner of that name."""
    response = client.post("/", content=LONG, headers={"host": "evil.example"})
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/plain")
    assert "INC-1" not in response.text
