"""The one place that decodes a response: feeds, HTML and JSON are parsed as text.

Byte order mark, HTTP header and the document's own declaration name the charset, in this order; the
bytes have to agree. Where they agree with none of them, ``crawlers.decoding.detection`` decides.
"""

import re
from typing import Final

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    to_unicode,
)

from crawlers.decoding.detection import detect_charset, is_western
from crawlers.decoding.east_asian import EAST_ASIAN
from crawlers.decoding.utf_8 import (
    Utf8Evidence,
    count_beyond_ascii,
    join_surrogates,
    utf_8_evidence,
)

_UTF_8: Final = "utf-8"
_ISO_2022_JP: Final = "iso2022_jp"  # which is written in ASCII
# Codecs of the legacy encodings in https://encoding.spec.whatwg.org/#names-and-labels. Others that
# Python has ("hex", "idna", "utf-7") are no charsets of pages.
_LEGACY: Final = frozenset(
    [
        *("cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", _ISO_2022_JP),
        *EAST_ASIAN,
        *(f"cp{number}" for number in range(1250, 1259)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    ]
)
# The first four bytes of text that starts with ASCII: 0, or any other byte (XML 1.0, appendix F).
_WIDE_STARTS: Final = {
    "000x": "utf-32-be",
    "x000": "utf-32-le",
    "0x0x": "utf-16-be",
    "x0x0": "utf-16-le",
}
_SCAN_BYTES: Final = 4_096  # w3lib looks for a declared charset in these
_NOT_META: Final = re.compile(rb"<(?:\?xml|\s*body)", re.IGNORECASE)
_FEED_ROOT: Final = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_JSON_START: Final = re.compile(rb"\s*[\[{]")
# Fewer characters of UTF-8 than these may be East Asian text by chance: a seventh of the characters
# of GB 2312 are valid UTF-8.
_MIN_UTF_8_CHARACTERS: Final = 3


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return *body* as text, without byte order mark and NUL; *content_type* is the HTTP header.

    Labels mean what browsers take them for: ``iso-8859-1`` is windows-1252. Each byte that is wrong
    in the charset becomes one U+FFFD.
    """
    mark_encoding, mark = read_bom(body)
    content = body[len(mark or b"") :]
    if encoding := _wide_encoding(content, mark_encoding):
        text = to_unicode(content, encoding)
    else:
        content = join_surrogates(content)
        text = to_unicode(content, _encoding(content, content_type, has_mark=bool(mark)))
    return text.lstrip("\ufeff").replace("\x00", "")


def _wide_encoding(content: bytes, mark_encoding: str | None) -> str | None:
    """Return the encoding of UTF-16 or UTF-32; bytes without zeros are neither, whatever the mark.

    A label counts for nothing here: where it is right, mark or zeros say so, too.
    """
    start = content[:4]
    if mark_encoding not in (None, _UTF_8) and 0 in start:
        return mark_encoding
    return _WIDE_STARTS.get("".join("x" if byte else "0" for byte in start))


def _encoding(content: bytes, content_type: str | None, *, has_mark: bool) -> str:
    """Return the first charset that is named and agrees with the bytes, else the detected one."""
    encodings = _named_encodings(content, content_type)
    if content.isascii():
        return _ISO_2022_JP if _ISO_2022_JP in encodings else _UTF_8
    evidence = utf_8_evidence(content)
    if _is_utf_8(evidence, encodings, has_mark=has_mark):
        return _UTF_8
    encoding = next((name for name in encodings if _agrees(content, name)), None)
    if encoding or not evidence.stray_bytes:
        return encoding or _UTF_8
    return detect_charset(content)


def _is_utf_8(evidence: Utf8Evidence, encodings: list[str], *, has_mark: bool) -> bool:
    is_certain = has_mark or evidence.characters >= _MIN_UTF_8_CHARACTERS
    return evidence.agrees and (is_certain or EAST_ASIAN.isdisjoint(encodings))


def _named_encodings(content: bytes, content_type: str | None) -> list[str]:
    """Return the legacy charsets that header and document name, in this order."""
    labels = (http_content_type_encoding(content_type), _declared_encoding(content))
    return [label for label in labels if label in _LEGACY]


def _agrees(content: bytes, encoding: str) -> bool:
    """Return True unless most characters beyond ASCII are wrong.

    Every byte is a character of windows-1252, the default of many servers: there the words decide.
    """
    if encoding == "cp1252" and not is_western(content):
        return False
    text = to_unicode(content, encoding)
    errors = text.count("\ufffd")
    return errors == 0 or 2 * errors < count_beyond_ascii(text)


def _declared_encoding(content: bytes) -> str | None:
    """Return the charset that the document itself names: of a feed, by its XML declaration alone.

    Of a page by ``<meta>``, which browsers prefer to an XML declaration and accept in the body.
    w3lib takes the first of the two and stops at ``<body>``, so both are hidden from it at first.
    """
    head = content[:_SCAN_BYTES]
    if _JSON_START.match(head):
        return None
    if root := _FEED_ROOT.search(head):
        return html_body_declared_encoding(head[: root.start()])
    meta_tags = _NOT_META.sub(b"<", head)
    return html_body_declared_encoding(meta_tags) or html_body_declared_encoding(head)
