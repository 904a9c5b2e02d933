"""Errors in our own words, with what to do, as a page and as JSON."""

from dataclasses import replace

import pytest
from lxml.html import fromstring

from core.errors import TransientError
from indexer.engines.memory import MemoryIndex
from tests.console import sample_installation

LONG = b"x" * 20_000
ACKNOWLEDGE = "/incidents/1/acknowledge"


def page_text(answer):
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return " ".join(fromstring(answer.text).cssselect("main")[0].text_content().split())


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
def test_an_error_states_its_reason_and_what_to_do(client, send, status, title, remedy):
    answer = send(client)
    text = page_text(answer)
    assert answer.status_code == status
    assert title in text
    assert remedy in text
    assert "INC-1" in text  # the layout of every other page
    assert "default-src 'none'" in answer.headers["content-security-policy"]


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
def test_a_twin_gets_the_same_words_as_json(client, send, status, sentence):
    answer = send(client)
    assert answer.status_code == status
    assert answer.json()["error"].startswith(sentence)
    assert answer.json()["ok"] is False


@pytest.mark.parametrize("path", ["/incidents/{}", "/incidents/{}.json", "/inbox/{}.eml"])
def test_a_number_beyond_every_database_is_no_page(client, path):
    assert client.get(path.format(2**63)).status_code == 404
    assert client.get(path.format(2**63 - 1)).status_code == 404


def test_a_405_lists_the_methods_that_are_accepted(client):
    assert client.put("/", content=b"").headers["allow"] == "GET"


class Away(MemoryIndex):
    """An index whose server is down."""

    def search(self, *_, **__):
        raise TransientError("The index does not respond.")


def test_a_page_without_its_index_names_the_reason_and_the_command(context):
    client = sample_installation.make_client(replace(context, index=Away()))
    error = client.get("/search.json").json()["error"]
    reason = "Search is unavailable right now. The index does not respond. "
    assert error.startswith(f"{reason}Harken tries again by itself. ")
    assert "harken status" in page_text(client.get("/"))


def test_a_foreign_name_gets_no_page(client):
    """A page would show the open incidents to whoever owns the name."""
    answer = client.post("/", content=LONG, headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert "INC-1" not in answer.text
