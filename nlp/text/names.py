"""Names of brands, products and people, removed from a text before its language is detected."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Final

from core.tokenizer import Token, tokenize, tokenize_with_spans

# The tokenizer splits "Velora's", but not "Veloras".
_ENDINGS: Final = ("", "s", "es")
_MIN_STEM_LETTERS: Final = 4  # of a name with an ending: "die" is not the plural of a brand "di"
_POSSESSIVE: Final = "s"

_NamesByFirstWord = Mapping[str, Sequence[tuple[str, ...]]]


def without_names(text: str, names: Collection[str]) -> str:
    """Return *text* with a space for each of *names*, in any case and with any accents.

    A name matches whole words, as a query does, with any white space or punctuation between them.
    Its last word may have the ending of a plural or genitive.
    """
    names_by_first_word = _index(frozenset(names))
    if not names_by_first_word:
        return text
    tokens = tokenize_with_spans(text)
    parts, position, index = [], 0, 0
    while index < len(tokens):
        length = _name_length(tokens, index, names_by_first_word)
        if length:
            parts.append(text[position : tokens[index].start])
            position = tokens[index + length - 1].end
        index += length or 1
    return " ".join([*parts, text[position:]])


@lru_cache(maxsize=16)
def _index(names: frozenset[str]) -> _NamesByFirstWord:
    """Return the words of each name by the first of them with each ending, longest names first."""
    names_by_first_word: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted({tuple(tokenize(name)) for name in names} - {()}, key=len, reverse=True):
        for ending in _ENDINGS if len(words) == 1 else ("",):
            names_by_first_word.setdefault(words[0] + ending, []).append(words)
    return names_by_first_word


def _name_length(
    tokens: Sequence[Token], first: int, names_by_first_word: _NamesByFirstWord
) -> int:
    """Return the number of tokens of the name that starts at *first*, with its possessive; or 0."""
    for words in names_by_first_word.get(tokens[first].word, ()):
        end = first + len(words)
        present_words = [token.word for token in tokens[first:end]]
        if len(present_words) == len(words) and _is_name(present_words, words):
            return len(words) + _has_possessive(tokens, end)
    return 0


def _is_name(present_words: Sequence[str], words: Sequence[str]) -> bool:
    stem, last = words[-1], present_words[-1]
    endings = _ENDINGS if len(stem) >= _MIN_STEM_LETTERS else ("",)
    is_last_equal = last.startswith(stem) and last[len(stem) :] in endings
    return is_last_equal and list(present_words[:-1]) == list(words[:-1])


def _has_possessive(tokens: Sequence[Token], index: int) -> bool:
    """Return True if the token at *index* is the s of "Velora's"."""
    return (
        index < len(tokens)
        and tokens[index].word == _POSSESSIVE
        and tokens[index].start == tokens[index - 1].end + 1
    )
