"""Why a run ended, as one sentence for the console: no traceback, no text of a mention."""

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
    """What *error* means; an unexpected one is only named, for its message may quote a text."""
    if isinstance(error, HarkenError):
        return str(error)
    name = type(error).__name__
    if name == "IgnoreRequest":
        return _ignored_request_reason(str(error))
    return _SENTENCES.get(name, f"unexpected error {name}")


def _ignored_request_reason(message: str) -> str:
    """Scrapy gives up on a request in these two cases only, with the middlewares that we use."""
    if "redirections" in message:
        return "too many redirects"
    return "the response is too large once decompressed"
