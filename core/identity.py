"""Identifiers computed from content: mention ids, text hashes, voices."""

import hashlib
import hmac
import unicodedata


def mention_id(uri: str) -> str:
    """Return the first 128 bits of sha256(*uri*), 32 hex digits; independent of the source.

    Raises:
        ValueError: *uri* is empty.
    """
    if not uri:
        raise ValueError("a mention needs a URI")
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def text_sha256(text: str) -> str:
    """Return the sha256 of *text* (UTF-8), 64 hex digits; the key of revisions and verdicts."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def voice_id(key: bytes, platform: str, account: str) -> str:
    """Return the pseudonym of one author: HMAC-SHA256(*key*, platform:account), 32 hex digits.

    Case and composition of letters are ignored (canonical caseless match, Unicode 3.13, D145).
    """
    name = unicodedata.normalize("NFD", f"{platform}:{account}").casefold()
    name = unicodedata.normalize("NFC", name)
    return hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def voice_handle(voice: str) -> str:
    """Return @ and the first six hex digits of *voice*, for people."""
    return f"@{voice[:6]}"
