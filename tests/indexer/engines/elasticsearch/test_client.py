"""URLs without secrets, errors of a part of a request, and summaries of errors."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.elasticsearch.client import error_summary, is_divisible, without_secrets


@given(st.sampled_from(["http", "https"]), st.text(), st.text())
def test_url_without_secrets_has_no_account(scheme, user, password):
    """This holds for any characters, also those that a URL should escape."""
    url = without_secrets(f"{scheme}://{user}:{password}@es.example:9200/x")
    assert url == f"{scheme}://es.example:9200/x"


@pytest.mark.parametrize(
    ("url", "expected_url"),
    [
        ("http://127.0.0.1:9200", "http://127.0.0.1:9200"),
        ("https://me:sesame@es.example", "https://es.example"),
        ("https://me@es.example/prefix", "https://es.example/prefix"),
        ("https://me:p@ss@es.example", "https://es.example"),
        ("https://es.example/?api_key=sesame", "https://es.example/"),
        ("https://es.example#sesame", "https://es.example"),
        ("me:sesame@es.example:9200", "es.example:9200"),
        ("http://[::1", "http://[::1"),
        ("tantivy", "tantivy"),
        ("", ""),
    ],
)
def test_url_without_secrets(url, expected_url):
    assert without_secrets(url) == expected_url


def api_error(status, kind, reason=""):
    """Return a stub of an ApiError with the attributes that the client uses."""
    return SimpleNamespace(status_code=status, body={"error": {"type": kind, "reason": reason}})


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (api_error(413, "content_too_long"), True),
        (api_error(429, "es_rejected_execution_exception"), True),
        (api_error(400, "illegal_argument_exception"), True),
        (api_error(400, "media_type_header_exception"), False),
        (api_error(429, "cluster_block_exception", "disk usage exceeded flood-stage"), False),
        (api_error(401, "security_exception"), False),
        (api_error(503, "no_master"), False),
    ],
)
def test_requests_are_divided_if_a_part_could_succeed(error, expected):
    assert is_divisible(error) is expected


@pytest.mark.parametrize("body", [None, "a page of a proxy", {}, {"error": "words"}, []])
def test_summary_of_an_error_of_any_form(body):
    assert error_summary(SimpleNamespace(status_code=502, body=body)) == "502 of unknown type"
