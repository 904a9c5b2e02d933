"""The words of an index: those of core.tokenizer, cut to a largest length."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.tokenizer import tokenize, tokenize_with_spans

# Lucene's whitespace tokenizer splits words at 255 UTF-16 units and tantivy drops terms above
# 65,530 bytes. The limit is below both, so all engines have the same words.
MAX_TERM_LENGTH: Final = 100
TermSpan = tuple[str, int, int]  # word, start, end


def index_words(text: str) -> list[str]:
    """Return the words of *text* as every index, query and matcher uses them."""
    return [word[:MAX_TERM_LENGTH] for word in tokenize(text)]


def index_tokens(text: str) -> list[TermSpan]:
    """Return the words of *text*, each with its start and end in *text*."""
    return [
        (token.word[:MAX_TERM_LENGTH], token.start, token.end)
        for token in tokenize_with_spans(text)
    ]


def term_positions(text_words: Sequence[str]) -> Mapping[str, list[int]]:
    """Return the positions of each word, counted in words from 0, ascending."""
    positions: dict[str, list[int]] = {}
    for index, word in enumerate(text_words):
        positions.setdefault(word, []).append(index)
    return positions


def phrase_positions(phrase: Sequence[str], positions: Mapping[str, Sequence[int]]) -> list[int]:
    """Return the positions at which the words of *phrase* follow each other, ascending."""
    first, *rest = phrase
    later_positions = [set(positions.get(word, ())) for word in rest]
    return [
        start
        for start in positions.get(first, ())
        if all(
            start + step in candidates for step, candidates in enumerate(later_positions, start=1)
        )
    ]
