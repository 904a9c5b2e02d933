"""Errors for responses with a status other than 200, in the words of the server if it has any."""

import json
from typing import Any, Final

from core.errors import PermanentError
from crawlers.html_text import html_to_text
from crawlers.urls import redact_url

CLOSED_STATUSES: Final = (401, 403, 407, 451)
_MAX_BODY: Final = 65_536  # characters; a larger body is no error message
_MAX_MESSAGE: Final = 200  # characters that an error quotes
# WordPress has message, OAuth error_description, RFC 9457 detail, Mastodon error.
_MESSAGE_KEYS: Final = ("message", "error_description", "detail", "error")


class ClosedError(PermanentError):
    """A page that its server does not show to visitors."""


def status_error(status: int, body: str, url: str) -> PermanentError:
    """Return the error for the response *status* from *url*; it quotes the message in *body*."""
    message = server_message(body)
    reason = f"{redact_url(url)} returned {status}"
    error_class = ClosedError if status in CLOSED_STATUSES else PermanentError
    return error_class(f'{reason}: the server says "{message}"' if message else reason)


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
