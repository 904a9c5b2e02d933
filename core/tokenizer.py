"""The one tokenizer of Harken: queries, all index engines and the matcher use it.

With the tokenizers of the engines 37 % of the queries on real posts differ (measured). So every
index stores ``" ".join(tokenize(text))`` behind a whitespace tokenizer.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Scripts written without spaces: each letter is a word of its own (Unicode blocks).
_UNSPACED_SCRIPTS: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # CJK extension A
    (0x4E00, 0x9FFF),  # CJK
    (0x20000, 0x3FFFF),  # CJK extensions B and on
)

_CHUNK: Final = re.compile(r"\S+")
_ASCII_WORD: Final = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Token:
    """One word with its span ``text[start:end]`` in the original text."""

    word: str
    start: int
    end: int


class _FoldingTable(dict[int, str]):
    """A cache from a character to its letters, a space between words, or nothing (an accent)."""

    def __missing__(self, code: int) -> str:
        self[code] = folding = _fold(chr(code))
        return folding


_FOLDING: Final = _FoldingTable()


def tokenize(text: str) -> list[str]:
    """Return the words of *text*: lower case, without accents; a CJK letter or emoji is a word."""
    return text.translate(_FOLDING).split()


def tokenize_with_spans(text: str) -> list[Token]:
    """Return the words of *text* with their spans; an accent belongs to its letter."""
    return [token for chunk in _CHUNK.finditer(text) for token in _chunk_tokens(chunk)]


def _chunk_tokens(chunk: re.Match[str]) -> list[Token]:
    """Return the words of *chunk*, which has no white space; no word goes beyond it."""
    offset = chunk.start()
    if chunk[0].isascii():  # a third of the time, and most chunks in most languages
        return [
            Token(word[0].lower(), offset + word.start(), offset + word.end())
            for word in _ASCII_WORD.finditer(chunk[0])
        ]
    return _fold_tokens(chunk[0], offset)


def _fold_tokens(text: str, offset: int) -> list[Token]:
    """Return the words of *text* in any script, their spans moved by *offset*."""
    tokens: list[Token] = []
    word, start, end = "", 0, 0
    for position, letters in _letter_runs(text, offset):
        if letters == " ":
            if word:
                tokens.append(Token(word, start, end))
            word = ""
            continue
        start = start if word else position
        word, end = word + letters, position + 1
    return [*tokens, Token(word, start, end)] if word else tokens


def _letter_runs(text: str, offset: int) -> Iterator[tuple[int, str]]:
    """Yield spaces and runs of letters with the index of their character; "" for an accent.

    The first character has the index *offset*.
    """
    for position, character in enumerate(text, offset):
        folding = _FOLDING[ord(character)]
        for index, letters in enumerate(folding.split(" ")):
            if index:
                yield position, " "
            if letters or not folding:
                yield position, letters


def _fold(character: str) -> str:
    if unicodedata.category(character) == "So":
        return f" {character} "
    # Twice, like NFKC_Casefold of Unicode: a bold A is a capital only after decomposition.
    lower = unicodedata.normalize("NFKD", character.casefold()).casefold()
    return "".join(map(_fold_decomposed, unicodedata.normalize("NFKD", lower)))


def _fold_decomposed(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Cf"):
        return ""
    if not character.isalnum() and category != "Mc":
        return " "
    is_unspaced = any(low <= ord(character) <= high for low, high in _UNSPACED_SCRIPTS)
    return f" {character} " if is_unspaced else character
