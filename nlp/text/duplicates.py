"""Folding of texts for families of near-duplicates: without links, accounts, hashtags and form."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from core.crawl import FoldedText
from core.tokenizer import tokenize
from nlp.text.normalize import ACCOUNT, LINK

# Shorter texts keep all words: "love it #acme" and "love it #other" are different families.
MIN_BARE_WORDS: Final = 4
# Shorter texts have copies, but no near-duplicates: any two people write "the app does not open".
MIN_CHARACTERS: Final = 40
_REPOST: Final = re.compile(r"^\s*RT\b(?=\s*@)")
_HASHTAG: Final = re.compile(r"#\w+")
_DIGITS: Final = re.compile(r"\d+")
_FIRST_UNSPACED: Final = "\u0e00"  # Thai; the tokenizer splits such scripts into letters


def fold(text: str) -> FoldedText:
    """Return *text* without what differs between copies of it.

    Links, accounts, hashtags, case and punctuation are dropped. From ``MIN_CHARACTERS`` on, counted
    without them, emoji are dropped too, and all numbers are equal. Reposts have the key of their
    originals.
    """
    bare = _REPOST.sub(" ", text)
    for pattern in (LINK, ACCOUNT, _HASHTAG):
        bare = pattern.sub(" ", bare)
    terms = tokenize(bare)
    if len(terms) < MIN_BARE_WORDS:
        return FoldedText(key=_key(tokenize(text) or text.split()))
    folded_terms = [_DIGITS.sub("0", t) for t in terms if unicodedata.category(t[0]) != "So"]
    if len(" ".join(folded_terms)) < MIN_CHARACTERS:
        return FoldedText(key=_key(terms))
    return FoldedText(key=_key(folded_terms), words=tuple(_words(folded_terms)))


def _key(terms: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(terms).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _words(terms: Sequence[str]) -> Iterator[str]:
    """Yield the words of *terms*; of runs of letters in unspaced scripts yield pairs of letters."""
    for is_unspaced, run in groupby(terms, key=_is_unspaced):
        letters = list(run)
        if is_unspaced and len(letters) > 1:
            yield from ("".join(pair) for pair in pairwise(letters))
        else:
            yield from letters


def _is_unspaced(term: str) -> bool:
    return len(term) == 1 and term >= _FIRST_UNSPACED
