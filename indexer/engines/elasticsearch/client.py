"""The connection to a server, and messages for its errors; the client is imported on demand."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from core.errors import ConfigError, HarkenError, TransientError
from indexer.engines.elasticsearch.bulk import is_disk_full

if TYPE_CHECKING:
    from elasticsearch import ApiError, Elasticsearch

_CLIENT_VERSION: Final = 8  # supports servers 8 and 9; client 9 fails on server 8
_INSTALL_COMMAND: Final = "pip install 'elasticsearch>=8.19,<9'"
_VERSION_MISMATCH: Final = "media_type_header_exception"
_AUTH_STATUSES: Final = (401, 403)
TOO_MANY_REQUESTS: Final = 429
_SECRETS: Final = re.compile(r"^(\w+://)?.*@|[?#].*", re.DOTALL)


def connect(url: str, timeout: float) -> "Elasticsearch":
    """Return a client of the server at *url*; nothing is sent yet.

    Args:
        url: with scheme and port, and ``user:password@`` if the server needs an account.
        timeout: of each request, seconds.

    Raises:
        ConfigError: *url* is invalid, or the installed client is not version 8.
    """
    import elasticsearch

    check_client(elasticsearch.__version__)
    try:
        return elasticsearch.Elasticsearch(url, request_timeout=timeout, http_compress=True)
    except ValueError as error:
        message = f"The index URL {without_secrets(url)!r} should be like http://127.0.0.1:9200."
        raise ConfigError(message) from error


def check_client(version: Sequence[int]) -> None:
    """Raise ConfigError if a client of *version* does not support servers 8 and 9."""
    if version[0] != _CLIENT_VERSION:
        version_text = ".".join(map(str, version))
        message = (
            f"The Python client elasticsearch {version_text} does not support servers 8 and 9."
        )
        raise ConfigError(f"{message} Run: {_INSTALL_COMMAND}")


def without_secrets(url: str) -> str:
    """Return *url* without account, query and fragment; it may be any text."""
    return _SECRETS.sub(r"\1", url)


@contextmanager
def translate_errors(server: str) -> Iterator[None]:
    """Translate the errors of the client into HarkenError.

    Args:
        server: its URL without secrets, for the messages.
    """
    from elasticsearch import ApiError, TransportError, UnsupportedProductError

    try:
        yield
    except UnsupportedProductError as error:
        raise ConfigError(f"The server at {server} is not Elasticsearch.") from error
    except ApiError as error:
        raise _translate(error, server) from error
    except TransportError as error:
        message = f"Elasticsearch at {server} does not respond ({type(error).__name__})."
        raise TransientError(f"{message} Is it running?") from error


def error_summary(error: "ApiError") -> str:
    """Return status and type of an error response, without its quotations of documents."""
    return f"{error.status_code} {_cause(error).get('type', 'of unknown type')}"


def is_divisible(error: "ApiError") -> bool:
    """Return whether parts of a rejected request may pass: it is too long or has one bad line."""
    is_general = is_disk_full(_cause(error)) or _VERSION_MISMATCH in error_summary(error)
    return error.status_code in (400, 413, TOO_MANY_REQUESTS) and not is_general


def _translate(error: "ApiError", server: str) -> HarkenError:
    summary = error_summary(error)
    if _VERSION_MISMATCH in summary:
        return ConfigError(
            f"Elasticsearch at {server} does not match the client. Run: {_INSTALL_COMMAND}"
        )
    if error.status_code in _AUTH_STATUSES:
        return ConfigError(f"Elasticsearch at {server} denied access to this account: {summary}.")
    if is_disk_full(_cause(error)):
        return disk_full_error(server)
    return TransientError(f"Elasticsearch at {server} returned an error: {summary}.")


def disk_full_error(server: str) -> TransientError:
    """Return the error of a full disk: searches work, writes wait until space is freed."""
    message = f"The disk of Elasticsearch at {server} is full: nothing can be indexed"
    return TransientError(f"{message} until space is freed.")


def _cause(error: "ApiError") -> dict[str, Any]:
    body = error.body
    cause = body.get("error") if isinstance(body, dict) else None
    return cause if isinstance(cause, dict) else {}
