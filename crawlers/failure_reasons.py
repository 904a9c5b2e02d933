"""Reasons for a failed run, one sentence each: no traceback, no text of a mention.

A server that refuses a page is quoted: its error message, from the keys that only errors have.
"""

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from core.errors import HarkenError, PermanentError
from crawlers.html_text import html_to_text
from crawlers.urls import redact_url

CLOSED_STATUSES: Final = (401, 403, 407, 451)
_MAX_BODY: Final = 65_536  # characters; a larger body is no error message
_MAX_MESSAGE: Final = 200  # characters that an error quotes
# WordPress has message, OAuth error_description, RFC 9457 detail, Mastodon error.
_MESSAGE_KEYS: Final = ("message", "error_description", "detail", "error")
# A path as /login, /wp-login.php, /users/sign_in or /auth/sign-in
_LOGIN: Final = re.compile(r"(?:^|[/-])(?:log[-_]?in|sign[-_]?in)(?:\.\w+)?/?$", re.IGNORECASE)
_SENTENCES: Final = {
    "CannotResolveHostError": "host name not found",
    "DownloadCancelledError": "the response is too large",
    "DownloadConnectionRefusedError": "connection refused",
    "DownloadFailedError": "connection lost",
    "DownloadTimeoutError": "timed out",
    "ResponseDataLossError": "the response was cut off",
    "TimeoutError": "the crawl deadline passed",
    "UnsupportedURLSchemeError": "redirected to an address that is not http(s)",
}


class ClosedError(PermanentError):
    """A page that its server does not show to visitors."""


def reason_of(error: BaseException) -> str:
    """Return the sentence for *error*; an unexpected one is only named, as it may quote a text."""
    if isinstance(error, HarkenError):
        return str(error)
    name = type(error).__name__
    if name == "IgnoreRequest":
        return _ignored_request_reason(str(error))
    return _SENTENCES.get(name, f"unexpected error {name}")


def _ignored_request_reason(message: str) -> str:
    """Return the reason of Scrapy's IgnoreRequest: our middlewares raise it in two cases only."""
    if "redirections" in message:
        return "too many redirects"
    return "the response is too large once decompressed"


def status_error(status: int, body: str, url: str) -> PermanentError:
    """Return the error for the response *status* from *url*; it quotes the message in *body*."""
    message = server_message(body)
    reason = f"{redact_url(url)} returned {status}"
    error_class = ClosedError if status in CLOSED_STATUSES else PermanentError
    return error_class(f'{reason}: the server says "{message}"' if message else reason)


def login_error(requested_url: str, url: str) -> ClosedError | None:
    """Return the error if the request led from *requested_url* to the login page *url*."""
    if url == requested_url or not _LOGIN.search(urlsplit(url).path):
        return None
    return ClosedError(f"{redact_url(requested_url)} redirects visitors to a login page")


def server_message(body: str) -> str:
    """Return the message of a JSON error object, in one line; "" if *body* is none."""
    try:
        return message_of(json.loads(body)) if len(body) <= _MAX_BODY else ""
    except (ValueError, RecursionError):
        return ""


def message_of(error: Any) -> str:
    """Return the message of the error object *error*, in one line; "" if it is none."""
    if not isinstance(error, dict):
        return ""
    values = [error.get(key) for key in _MESSAGE_KEYS]
    text = next((value for value in values if isinstance(value, str) and value.strip()), "")
    line = " ".join(html_to_text(text).split())
    return line if len(line) <= _MAX_MESSAGE else f"{line[:_MAX_MESSAGE]}…"
