"""Checks before a feed is parsed: XML attacks and truncated feeds are rejected."""

import re
from typing import Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from core.errors import PermanentError

_FEED_START: Final = re.compile(rb"<(?:\w+:)?(rss|feed|RDF)[\s>]")
_FEED_END: Final = re.compile(rb"</(?:\w+:)?(rss|feed|RDF)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
_TAIL_BYTES: Final = 4_096  # bytes at the end of a feed that must contain its end tag


def reject_unsafe_feed(body: bytes) -> None:
    """Raise an error unless a feed parser may read *body*.

    An ill-formed feed with its end tag (a bare ``&``, a wrong charset) passes, as feed readers
    accept it. A feed without its end tag is truncated and is rejected.

    Raises:
        PermanentError: entities or external references, not a feed, or a truncated one.
    """
    try:
        root = fromstring(body)
    except DefusedXmlException as error:
        raise PermanentError(f"rejected: its XML declares {_attack_name(error)}") from None
    except (ParseError, ValueError, LookupError) as error:
        if not (_FEED_START.search(body) and _FEED_END.search(body[-_TAIL_BYTES:])):
            raise PermanentError(f"not a feed: {_parse_error(error)}") from None
    else:
        name = root.tag.rpartition("}")[2]
        if name not in ("rss", "feed", "RDF"):
            raise PermanentError(f"not a feed: the root is <{name[:40]}>, not rss, feed or RDF")


def _attack_name(error: DefusedXmlException) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__)
    return words.removesuffix(" Forbidden").lower()


def _parse_error(error: Exception) -> str:
    """Return expat's message, as ``mismatched tag: line 3, column 9``; it never quotes the text."""
    return str(error) if isinstance(error, ParseError) else type(error).__name__
