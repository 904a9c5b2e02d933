"""Why a run ended, as one sentence for the console: no traceback, no text of a mention."""

from typing import Final

from core.errors import HarkenError

_SENTENCES: Final = {
    "CannotResolveHostError": "the host name is not known",
    "DownloadCancelledError": "the answer is larger than allowed",
    "DownloadConnectionRefusedError": "the host refuses connections",
    "DownloadFailedError": "the connection broke",
    "DownloadTimeoutError": "no complete answer in time",
    "ResponseDataLossError": "the answer broke off",
    "TimeoutError": "the deadline of the batch has passed",
    "UnsupportedURLSchemeError": "led to an address that is not http(s)",
}


def reason_of(error: BaseException) -> str:
    """What *error* means; an unexpected one is only named, for its message may quote a text."""
    if isinstance(error, HarkenError):
        return str(error)
    name = type(error).__name__
    if name == "IgnoreRequest":
        return _ignored(str(error))
    return _SENTENCES.get(name, f"an unexpected {name}")


def _ignored(message: str) -> str:
    """Scrapy gives up on a request in these two cases only, with the middlewares that we use."""
    if "redirections" in message:
        return "too many redirects"
    return "the answer is larger than allowed once decompressed"
