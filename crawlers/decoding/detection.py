"""Detection of a legacy charset from the bytes of a whole response, for lack of a right label."""

import re
from typing import Final

from charset_normalizer import CharsetMatch, CharsetMatches, from_bytes

from crawlers.decoding.east_asian import EAST_ASIAN, east_asian_charset

# Candidates, as Python names them, the more frequent on the web first: of charsets that fit alike
# the first one is taken. UTF-8 is none of them, because its bytes give it away.
_LATIN: Final = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "cp1258")
_OTHER: Final = (
    *("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874", "cp866", "iso8859_5"),
)
# Charsets that browsers assume for the language of their user (HTML Standard, "determining the
# character encoding"), and others of the same letters.
_BY_LANGUAGE: Final = {
    "be bg kk ky mk ru sr tg tt uk": ("cp1251", "koi8_r", "cp866", "iso8859_5"),
    "cs hr hu pl ro sk sl": ("cp1250", "iso8859_2"),
    "az ku tr": ("cp1254",),
    "et lt lv": ("cp1257",),
    "ar fa ur": ("cp1256",),
    "el": ("cp1253",),
    "he": ("cp1255",),
    "ja": ("cp932", "euc_jp"),
    "ko": ("cp949",),
    "th": ("cp874",),
    "vi": ("cp1258",),
    "zh": ("gb18030", "big5hkscs"),
}
_LANGUAGE: Final = re.compile(
    rb"""<(?:\w+:)?language>\s*([a-z]{2})\b|<[^<>]*\slang\s*=\s*["']?([a-z]{2})\b"""
    rb"""|<[^<>]*\sxml:lang\s*=\s*["']?([a-z]{2})\b""",
    re.IGNORECASE,
)
_SCAN_BYTES: Final = 4_096  # in which a document states its language
_TAG: Final = re.compile(rb"</?[A-Za-z][^<>]*>")
_HIGH_BYTE: Final = re.compile(rb"[\x80-\xff]")
_LONE_HIGH_BYTE: Final = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_ASCII_LETTER: Final = re.compile(rb"[A-Za-z]")
# No word of a Western language has four accented letters in a row (Estonian "jäääär" is alone).
_LETTER: Final = re.compile(rb"[\xc0-\xff]")
_LETTERS: Final = re.compile(rb"[\xc0-\xff]{4,}")
_MAX_CHAOS: Final = 0.5  # disorder, 0 to 1; of short texts in the right charset up to 0.4
_NEAR: Final = 0.1  # difference in disorder that says nothing
_SAMPLE_BYTES: Final = 65_536  # of text, in which letters are counted


def detect_charset(body: bytes) -> str:
    """Return the Python codec that decodes *body* to the most plausible text.

    *body* has bytes beyond ASCII and is not UTF-8.
    """
    text = _sample(body)
    is_latin = _is_latin(text[:_SAMPLE_BYTES])
    local = _charsets_of_language(body)
    candidates = sorted(_LATIN if is_latin else _OTHER + _LATIN, key=lambda name: name not in local)
    # Words in ASCII would make every charset of another script look wrong.
    sample = text if is_latin else b" ".join(_words(text))
    return _choose(_matches(sample, [*candidates, *EAST_ASIAN]), candidates)


def _choose(matches: CharsetMatches, candidates: list[str]) -> str:
    """Return the charset of the most plausible match, an East Asian one by its characters alone."""
    alphabetic = [match for match in matches if match.encoding in candidates]
    best = min(alphabetic, key=lambda match: _implausibility(match, candidates), default=None)
    if best is None:
        return east_asian_charset(_texts(matches)) or candidates[0]
    if best.coherence > 0:
        return best.encoding
    return east_asian_charset(_texts(matches, best.chaos + _NEAR)) or best.encoding


def _texts(matches: CharsetMatches, max_chaos: float = _MAX_CHAOS) -> dict[str, str]:
    return {match.encoding: str(match) for match in matches if match.chaos <= max_chaos}


def is_western(body: bytes) -> bool:
    """Return False if *body* in windows-1252 has mostly accented letters that follow each other.

    They are Cyrillic, Greek, Hebrew or Arabic letters, or ideographs.
    """
    in_rows = sum(map(len, _LETTERS.findall(body)))
    return 2 * in_rows <= len(_LETTER.findall(body))


def _matches(sample: bytes, candidates: list[str]) -> CharsetMatches:
    return from_bytes(
        sample, cp_isolation=candidates, preemptive_behaviour=False, threshold=_MAX_CHAOS
    )


def _sample(body: bytes) -> bytes:
    """Return the text between the tags of *body*; all of it if only its tags have other letters."""
    for text in (_TAG.sub(b" ", body), body):
        sample = b" ".join(text.split())
        if _HIGH_BYTE.search(sample):
            return sample
    return body


def _implausibility(match: CharsetMatch, candidates: list[str]) -> tuple[float, float, int]:
    """Return a sort key: disorder of the letters, likeness to a language, rank of the charset."""
    return round(match.chaos, 2), -round(match.coherence, 1), candidates.index(match.encoding)


def _is_latin(text: bytes) -> bool:
    """Return True if the bytes beyond ASCII stand among Latin letters, or each by itself."""
    high_bytes = len(_HIGH_BYTE.findall(text))
    letters = sum(len(_ASCII_LETTER.findall(word)) for word in _words(text))
    return letters >= high_bytes or 2 * len(_LONE_HIGH_BYTE.findall(text)) > high_bytes


def _words(text: bytes) -> list[bytes]:
    """Return the words with bytes beyond ASCII."""
    return [word for word in text.split() if _HIGH_BYTE.search(word)]


def _charsets_of_language(body: bytes) -> tuple[str, ...]:
    """Return the charsets of the language that the document states first."""
    match = _LANGUAGE.search(body[:_SCAN_BYTES])
    code = next(filter(None, match.groups()), b"").decode().lower() if match else ""
    charsets = (charsets for codes, charsets in _BY_LANGUAGE.items() if code in codes.split())
    return next(charsets, ())
