"""The words that an index holds: those of core.tokenizer, none of them endless."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.tokenizer import tokenize, tokenize_with_spans

# Lucene's whitespace tokenizer splits words at 255 UTF-16 units and tantivy drops terms above
# 65,530 bytes: below both, so that no engine cuts a word in its own way.
MAX_TERM_LENGTH: Final = 100
TermSpan = tuple[str, int, int]  # and where it starts and ends


def index_words(text: str) -> list[str]:
    """The words of *text* as every index, query and matcher knows them."""
    return [word[:MAX_TERM_LENGTH] for word in tokenize(text)]


def index_tokens(text: str) -> list[TermSpan]:
    """The words of *text*, each with the start and end of where it stands."""
    return [
        (token.word[:MAX_TERM_LENGTH], token.start, token.end)
        for token in tokenize_with_spans(text)
    ]


def term_positions(text_words: Sequence[str]) -> Mapping[str, list[int]]:
    """Where each word stands, counted in words from 0, ascending."""
    positions: dict[str, list[int]] = {}
    for index, word in enumerate(text_words):
        positions.setdefault(word, []).append(index)
    return positions


def phrase_positions(phrase: Sequence[str], positions: Mapping[str, Sequence[int]]) -> list[int]:
    """The places at which the words of *phrase* follow each other, ascending."""
    first, *rest = phrase
    later_positions = [set(positions.get(word, ())) for word in rest]
    return [
        start
        for start in positions.get(first, ())
        if all(
            start + step in candidates for step, candidates in enumerate(later_positions, start=1)
        )
    ]
