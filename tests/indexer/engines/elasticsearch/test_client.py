"""What is shown of the address of a server, and which of its refusals concern a part only."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.elasticsearch.client import error_summary, is_divisible, without_secrets


@given(st.sampled_from(["http", "https"]), st.text(), st.text())
def test_no_account_is_ever_shown(scheme, user, password):
    """Whatever characters it is made of, also those that a URL should escape."""
    shown = without_secrets(f"{scheme}://{user}:{password}@es.example:9200/x")
    assert shown == f"{scheme}://es.example:9200/x"


@pytest.mark.parametrize(
    ("url", "shown"),
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
def test_the_rest_of_an_address_is_shown_as_it_is(url, shown):
    assert without_secrets(url) == shown


def refusal(status, kind, said=""):
    """An ApiError as far as it is looked at."""
    return SimpleNamespace(status_code=status, body={"error": {"type": kind, "reason": said}})


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal(413, "content_too_long"), True),
        (refusal(429, "es_rejected_execution_exception"), True),
        (refusal(400, "illegal_argument_exception"), True),
        (refusal(400, "media_type_header_exception"), False),
        (refusal(429, "cluster_block_exception", "disk usage exceeded flood-stage"), False),
        (refusal(401, "security_exception"), False),
        (refusal(503, "no_master"), False),
    ],
)
def test_only_what_a_part_may_pass_is_sent_in_parts(error, expected):
    assert is_divisible(error) is expected


@pytest.mark.parametrize("body", [None, "a page of a proxy", {}, {"error": "words"}, []])
def test_an_answer_of_any_form_has_a_reason(body):
    assert error_summary(SimpleNamespace(status_code=502, body=body)) == "502 of unknown type"
