"""Names that are functions of what they name: mention ids, text hashes, voices."""

import hashlib
import hmac
import unicodedata


def mention_id(uri: str) -> str:
    """First 128 bits of sha256(*uri*), 32 hex digits. The source is not in it.

    Raises:
        ValueError: *uri* is empty.
    """
    if not uri:
        raise ValueError("a mention needs a URI")
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def text_sha256(text: str) -> str:
    """sha256 of the UTF-8 text, 64 hex digits: the key of a revision and of its verdicts."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def voice_id(key: bytes, platform: str, account: str) -> str:
    """The pseudonym of one author: HMAC-SHA256(*key*, platform:account), 32 hex digits.

    However it is typed: case and composed letters make no other voice (Unicode 3.13, D145).
    """
    name = unicodedata.normalize("NFD", f"{platform}:{account}").casefold()
    name = unicodedata.normalize("NFC", name)
    return hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def voice_handle(voice: str) -> str:
    """The six letters by which a voice is shown."""
    return f"@{voice[:6]}"
