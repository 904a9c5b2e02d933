"""UTF-8 as it is on the web: with stray bytes, cut characters and halves of emoji."""

import re
from dataclasses import dataclass
from typing import Final

# Halves of UTF-16 pairs, each encoded alone: CESU-8, as some databases write an emoji.
_SURROGATES: Final = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+")
# The first bytes of a character without its last ones, each as Python's surrogateescape.
_CUT_CHARACTER: Final = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{1,2}")
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Utf8Evidence:
    """The bytes of a body, read as UTF-8.

    Attributes:
        characters: complete ones that are not ASCII.
        stray_bytes: bytes that belong to no character, not even to a cut one.
    """

    characters: int
    stray_bytes: int

    @property
    def agrees(self) -> bool:
        """True for some damage in UTF-8; texts in other charsets have few valid characters."""
        is_little_damage = self.stray_bytes <= 1 or self.characters >= 2 * self.stray_bytes
        return self.characters > 0 and is_little_damage


def utf_8_evidence(content: bytes) -> Utf8Evidence:
    """Return the characters and the stray bytes of *content*."""
    text = content.decode(errors="surrogateescape")
    characters = count_beyond_ascii(text) - len(_ESCAPED_BYTE.findall(text))
    return Utf8Evidence(characters, len(_ESCAPED_BYTE.findall(_CUT_CHARACTER.sub("", text))))


def count_beyond_ascii(text: str) -> int:
    """Return the number of characters of *text* that are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def join_surrogates(content: bytes) -> bytes:
    """Return *content* with the UTF-8 of each pair of encoded halves; a lone half is U+FFFD."""
    return _SURROGATES.sub(_join, content)


def _join(match: re.Match[bytes]) -> bytes:
    halves = match[0].decode(errors="surrogatepass")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
