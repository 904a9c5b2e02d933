"""Messages of servers that refuse a page."""

import json

import pytest

from core.errors import PermanentError
from crawlers.failure_reasons import ClosedError, server_message, status_error

URL = "https://a.example/x?key=secret"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ({"code": "rest_cannot_read", "message": "Members <em>only</em>."}, "Members only."),
        ({"error": "invalid_token", "error_description": "Log in"}, "Log in"),
        ({"error": "Log in"}, "Log in"),
        ({"detail": "Log\n in", "title": "Forbidden"}, "Log in"),
        ({"error": {"id": 4}}, ""),
        ({"message": ""}, ""),
        (["Log in"], ""),
        ("Log in", ""),
    ],
)
def test_message_is_that_of_an_error_object(error, message):
    assert server_message(json.dumps(error)) == message


def test_long_message_is_cut_and_a_page_is_none():
    assert len(server_message(json.dumps({"error": "x" * 900}))) == 201
    assert server_message('{"error": "' + "x" * 70_000 + '"}') == ""
    assert server_message("<html>Log in</html>") == server_message("") == ""


@pytest.mark.parametrize("status", [401, 403, 451])
def test_refusal_is_a_closed_page(status):
    error = status_error(status, '{"error": "Log in"}', URL)
    assert isinstance(error, ClosedError)
    assert str(error) == f'https://a.example/x returned {status}: the server says "Log in"'


def test_other_status_is_a_permanent_error():
    error = status_error(500, "", URL)
    assert (type(error), str(error)) == (PermanentError, "https://a.example/x returned 500")
