"""East Asian charsets decode each other's texts; only the right one to frequent characters."""

import re
from collections.abc import Mapping
from typing import Final

# Python's names.
EAST_ASIAN: Final = frozenset({"gb18030", "cp932", "euc_jp", "cp949", "big5hkscs"})
# A codec, a charset of two bytes with the same characters, the first bytes that its signs, kana and
# level 1 (ideographs, or Hangul) have in that charset, and a script that the text must contain. In
# the order of these demands: ideographs prove less than Hangul.
_FREQUENT: Final = (
    ("cp949", "euc_kr", re.compile(rb"[\xa1-\xa3\xb0-\xc8]."), re.compile("[가-힣]")),
    ("cp932", "euc_jp", re.compile(rb"[\xa1-\xa5\xb0-\xcf]."), re.compile("[ぁ-ヿ]")),
    ("euc_jp", "euc_jp", re.compile(rb"[\xa1-\xa5\xb0-\xcf]."), re.compile("[ぁ-ヿ]")),
    ("gb18030", "gb2312", re.compile(rb"[\xa1-\xa3\xb0-\xd7]."), re.compile("[一-鿿]")),
    ("big5hkscs", "big5", re.compile(rb"[\xa1-\xc6]."), re.compile("[一-鿿]")),
)
_MIN_SHARE: Final = 0.9  # of frequent characters among those beyond ASCII
_MIN_CHARACTERS: Final = 3  # a third of the frequent Chinese ones pass as Hangul
_SAMPLE: Final = 500  # characters


def east_asian_charset(texts: Mapping[str, str]) -> str | None:
    """Return the first codec whose text has frequent characters; *texts* are the texts by codec."""
    for codec, charset, first_bytes, script in _FREQUENT:
        text = [char for char in texts.get(codec, "") if not char.isascii()][:_SAMPLE]
        codes = [char.encode(charset, "ignore") for char in text]
        count = sum(1 for code in codes if first_bytes.fullmatch(code))
        is_frequent = len(text) >= _MIN_CHARACTERS and count >= _MIN_SHARE * len(text)
        if is_frequent and script.search("".join(text)):
            return codec
    return None
