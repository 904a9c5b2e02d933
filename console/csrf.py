"""Proof that a POST comes from a page of the console.

A foreign site can send a POST, but it cannot read the token.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_SECRET: Final = secrets.token_bytes(32)  # of this process: a restart makes open pages expire


def create_token(path: str) -> str:
    """Return the token of a form that posts to *path*: 64 hex digits."""
    return hmac.new(_SECRET, path.encode(), sha256).hexdigest()


def is_valid_token(candidate: str, path: str) -> bool:
    """Return True if *candidate* is the token for *path*. The comparison takes constant time."""
    return hmac.compare_digest(candidate.encode(), create_token(path).encode())


def is_same_origin(headers: Headers) -> bool:
    """Return True if the browser states that a page of the console sent the request.

    With ``Referrer-Policy: no-referrer`` a browser sends ``null`` as the origin of a form. It still
    sends Sec-Fetch-Site, which no script can set. A request with neither header is refused.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin not in (None, "null"):
        return urlsplit(origin).netloc == headers.get("host") and site in (None, "same-origin")
    return site == "same-origin"
