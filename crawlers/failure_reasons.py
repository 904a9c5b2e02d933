"""Reasons for a failed run, one sentence each: no traceback, no text of a mention."""

from typing import Final

from core.errors import HarkenError

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
