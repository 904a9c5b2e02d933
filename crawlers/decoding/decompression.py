"""Decompression of responses by their bytes, and the check that a response arrived whole.

Headers may be wrong: a file that is compressed on the disk of a server comes without
Content-Encoding, a plain one with it, and Content-Length may count something else.
"""

import re
import zlib
from typing import Final

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response

from core.errors import PermanentError
from crawlers.decoding.charset import decode

__all__ = ["Decompression"]  # which Scrapy imports by its name in the settings

_GZIP_START: Final = b"\x1f\x8b\x08"  # RFC 1952: magic number, and deflate as the method
_GZIP_NAMES: Final = frozenset({b"gzip", b"x-gzip"})
_MAX_LAYERS: Final = 2  # a compressed file that the server compresses again
# The ends of pages, feeds and JSON; the parsers of feeds and JSON check theirs once more.
_END: Final = re.compile(r"</(?:html|(?:\w+:)?(?:rss|feed|RDF))\s*>|[\]}]\s*\Z", re.IGNORECASE)


class Decompression(HttpCompressionMiddleware):
    """Scrapy's middleware and its size limit, led by the first bytes of the body."""

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._crawler = crawler

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002  as Scrapy's method has it
    ) -> Request | Response:
        """Return the decompressed response, or a request to retry if its end did not arrive.

        Raises:
            PermanentError: it cannot be decompressed.
            IgnoreRequest: it is too large once decompressed.
            ResponseDataLossError: its end did not arrive at the last try, either.
        """
        for _ in range(_MAX_LAYERS):
            _correct_encoding(response)
            try:
                result = super().process_response(request, response)
            except (EOFError, OSError, zlib.error):
                encoding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
                raise PermanentError(f"the response is damaged: it is not {encoding}") from None
            if not isinstance(result, Response):
                return result
            response = result
        return response if _is_whole(response) else self._retry(request)

    def _retry(self, request: Request) -> Request:
        spider = self._crawler.spider
        assert spider is not None
        retry = get_retry_request(request, spider=spider, reason=ResponseDataLossError)
        if retry is None:
            raise ResponseDataLossError
        return retry


def _correct_encoding(response: Response) -> None:
    """Make the Content-Encoding of *response* say gzip if and only if its body is gzip."""
    names = {name.strip().lower() for name in response.headers.getlist("Content-Encoding")}
    is_gzip = response.body.startswith(_GZIP_START)
    if is_gzip and not names:
        response.headers["Content-Encoding"] = b"gzip"
    elif names and names <= _GZIP_NAMES and not is_gzip:
        del response.headers["Content-Encoding"]


def _is_whole(response: Response) -> bool:
    """Return False if the connection ended early and no end of a document arrived."""
    if "dataloss" not in response.flags:
        return True
    content_type = response.headers.get("Content-Type")
    return bool(_END.search(decode(response.body, (content_type or b"").decode("latin-1"))))
