"""The one function that cuts a text into words: queries, both index engines and the matcher use it.

With the tokenizers of the engines 37 % of the queries on real posts differ (measured); so every
index stores ``" ".join(words(text))`` behind a whitespace tokenizer.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Scripts written without spaces: each letter is a word of its own (Unicode blocks).
_UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # CJK extension A
    (0x4E00, 0x9FFF),  # CJK
    (0x20000, 0x3FFFF),  # CJK extensions B and on
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word and where it stands: ``text[start:end]`` in the original text."""

    word: str
    start: int
    end: int


class _Folded(dict[int, str]):
    """What a character becomes: letters, a space where words part, or nothing (an accent)."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


_FOLDED: Final = _Folded()


def words(text: str) -> list[str]:
    """The words of *text* in order: lower case, accents folded, CJK letters and emoji one each."""
    return text.translate(_FOLDED).split()


def tokens(text: str) -> list[Token]:
    """Like :func:`words`, each with its place in *text*; an accent belongs to its letter."""
    found: list[Token] = []
    word, start, end = "", 0, 0
    for at, letters in _pieces(text):
        if letters == " ":
            if word:
                found.append(Token(word, start, end))
            word = ""
            continue
        start = start if word else at
        word, end = word + letters, at + 1
    return [*found, Token(word, start, end)] if word else found


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Spaces and runs of letters, each with the place of its character; "" for an accent."""
    for at, character in enumerate(text):
        folded = _FOLDED[ord(character)]
        for number, letters in enumerate(folded.split(" ")):
            if number:
                yield at, " "
            if letters or not folded:
                yield at, letters


def _fold(character: str) -> str:
    if unicodedata.category(character) == "So":
        return f" {character} "
    # Twice, as Unicode's NFKC_Casefold: a bold A is a capital only once it is decomposed.
    lower = unicodedata.normalize("NFKD", character.casefold()).casefold()
    return "".join(map(_piece, unicodedata.normalize("NFKD", lower)))


def _piece(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Cf"):
        return ""
    if not character.isalnum() and category != "Mc":
        return " "
    alone = any(low <= ord(character) <= high for low, high in _UNSPACED)
    return f" {character} " if alone else character
