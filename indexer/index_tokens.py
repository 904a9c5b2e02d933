"""The words that an index holds: those of core.tokenizer, none of them endless."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.tokenizer import tokens, words

# Lucene's whitespace tokenizer splits words at 255 UTF-16 units and tantivy drops terms above
# 65,530 bytes: below both, so that no engine cuts a word in its own way.
LONGEST: Final = 100
Word = tuple[str, int, int]  # and where it starts and ends


def index_words(text: str) -> list[str]:
    """The words of *text* as every index, query and matcher knows them."""
    return [word[:LONGEST] for word in words(text)]


def index_tokens(text: str) -> list[Word]:
    """The words of *text*, each with the start and end of where it stands."""
    return [(token.word[:LONGEST], token.start, token.end) for token in tokens(text)]


def places(text_words: Sequence[str]) -> Mapping[str, list[int]]:
    """Where each word stands, counted in words from 0, ascending."""
    found: dict[str, list[int]] = {}
    for at, word in enumerate(text_words):
        found.setdefault(word, []).append(at)
    return found


def runs(phrase: Sequence[str], where: Mapping[str, Sequence[int]]) -> list[int]:
    """The places at which the words of *phrase* follow each other, ascending."""
    first, *rest = phrase
    followers = [set(where.get(word, ())) for word in rest]
    return [
        at
        for at in where.get(first, ())
        if all(at + step in follower for step, follower in enumerate(followers, start=1))
    ]
