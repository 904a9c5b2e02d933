"""Hashtags split into words: #NeverAgain, #worstserviceever."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from nlp.text.common_words import CommonWords, common_words, fold_word

# Not "&#39;", not the end of a link, not a number; the full-width sign of Chinese keyboards, too.
HASHTAG: Final = re.compile(r"(?<![\w&/#＃])[#＃](\w*[^\W\d_]\w*)")
# A capital after a small letter, the last capital of several ("APIFails"), digits, underscores.
_WORD_START: Final = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|_"
)
_MIN_PART_LETTERS: Final = 2  # of each part of a CamelCase word: not "iPhone", "eBay"
_MAX_LETTERS: Final = 40  # of run-together words
# Of a sure split: "never again" and "fix your app", not "we at her", "can did", "for get".
_MIN_LONGEST_PART: Final = 4
_MIN_MEAN_LETTERS: Final = 3.3


def split_hashtags(text: str, names: Collection[str] = ()) -> str:
    """Return *text* with the words of each hashtag instead of it.

    Run-together words are split only if each part is one of *names* or a common word of one and the
    same language. Two German nouns in a row are a compound and stay together.
    """
    name_set = frozenset(names)
    return HASHTAG.sub(lambda match: f" {' '.join(_words(match[1], name_set))} ", text)


def _words(tag: str, names: frozenset[str]) -> Iterator[str]:
    for part in _camel_case_parts(tag):
        yield from _run_together_words(part, names)


def _camel_case_parts(tag: str) -> Sequence[str]:
    parts = [part for part in _WORD_START.split(tag) if part]
    is_sure = all(len(part) >= _MIN_PART_LETTERS or part.isdigit() for part in parts)
    return parts if is_sure else [tag]


@lru_cache(maxsize=4096)
def _run_together_words(part: str, names: frozenset[str]) -> Sequence[str]:
    """Return the words of *part*; the part alone if it has no sure split.

    Of several splits the one with the fewest words is returned.
    """
    folded = fold_word(part)
    name_parts = frozenset(map(fold_word, names)) - {""}
    is_one_word = folded in name_parts or any(folded in entry for entry in common_words().values())
    if is_one_word or len(folded) != len(part) or len(part) > _MAX_LETTERS:
        return [part]
    splits: list[Sequence[str]] = [
        split
        for entry in common_words().values()
        if (split := _fewest_words(folded, entry, name_parts))
    ]
    best = min(splits, key=len, default=[folded])
    return list(_cut(part, map(len, best)))


def _fewest_words(
    letters: str, entry: CommonWords, name_parts: frozenset[str]
) -> Sequence[str] | None:
    """Return the split of *letters* into the fewest words of one language; None: there is none."""
    splits: dict[int, list[str]] = {0: []}  # of the first letters, by their number
    for end in range(1, len(letters) + 1):
        is_last = end == len(letters)
        parts = ((letters[start:end], split) for start, split in splits.items())
        longer_splits = [
            [*split, word]
            for word, split in parts
            if word in name_parts or _is_part(word, split, entry, is_last=is_last)
        ]
        if longer_splits:
            splits[end] = min(longer_splits, key=len)
    split = splits.get(len(letters))
    return split if split and _is_sure(split) else None


def _is_sure(split: Sequence[str]) -> bool:
    longest, mean = max(map(len, split)), sum(map(len, split)) / len(split)
    return longest >= _MIN_LONGEST_PART and mean >= _MIN_MEAN_LETTERS


def _is_part(word: str, previous: Sequence[str], entry: CommonWords, *, is_last: bool) -> bool:
    if word in entry.last:
        return is_last and bool(previous) and previous[-1] in entry.words
    return len(word) >= _MIN_PART_LETTERS and word in entry.words


def _cut(part: str, lengths: Iterable[int]) -> Iterator[str]:
    position = 0
    for length in lengths:
        yield part[position : position + length]
        position += length
