"""Does a POST come from a page of ours? A foreign site can send one, but not read our token."""

import hmac
import secrets
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_SECRET: Final = secrets.token_bytes(32)  # of this process: a restart asks for a fresh page


def create_token(path: str) -> str:
    """What the form of a page sends back when it posts to *path*, 64 hex digits."""
    return hmac.new(_SECRET, path.encode(), sha256).hexdigest()


def is_valid_token(candidate: str, path: str) -> bool:
    """Whether *said* is the token for *path*; takes the same time whatever is wrong with it."""
    return hmac.compare_digest(candidate.encode(), create_token(path).encode())


def is_same_origin(headers: Headers) -> bool:
    """Whether the browser says that one of our pages sent this.

    With ``Referrer-Policy: no-referrer`` it hides the origin of a form (as ``null``), but tells in
    Sec-Fetch-Site, which no script can set, whether that was ours. Who says neither is refused.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin not in (None, "null"):
        return urlsplit(origin).netloc == headers.get("host") and site in (None, "same-origin")
    return site == "same-origin"
