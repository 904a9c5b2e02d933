"""Messages of servers that refuse a page."""

import json

import pytest

from core.errors import PermanentError
from crawlers.failure_reasons import ClosedError, login_error, server_message, status_error

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


@pytest.mark.parametrize(
    "path",
    ["/login", "/wp-login.php?redirect_to=x", "/users/sign_in", "/auth/sign-in/", "/a/Log-In.aspx"],
)
def test_redirect_to_a_login_page_is_a_closed_page(path):
    error = login_error(URL, f"https://a.example{path}")
    assert isinstance(error, ClosedError)
    assert str(error) == "https://a.example/x redirects visitors to a login page"


@pytest.mark.parametrize(
    "path", ["/x?key=secret", "/login-problems-of-the-kettle/", "/blogin", "/"]
)
def test_other_redirect_is_none(path):
    assert login_error(URL, f"https://a.example{path}") is None


def test_source_whose_own_address_is_a_login_page_is_read():
    assert login_error("https://a.example/login", "https://a.example/login") is None
