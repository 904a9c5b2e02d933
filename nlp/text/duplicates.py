"""Families of near-duplicates: texts that differ only in links, accounts, hashtags and form."""

import hashlib
import re
from typing import Final

from core.tokenizer import tokenize
from nlp.text.normalize import ACCOUNT, LINK

# Shorter texts keep all words: "love it #acme" and "love it #other" are different families.
MIN_BARE_WORDS: Final = 4
_REPOST: Final = re.compile(r"^\s*RT\b(?=\s*@)")
_HASHTAG: Final = re.compile(r"#\w+")


def family_key(text: str) -> str:
    """Return the family of *text*, 32 hex digits.

    Links, accounts, hashtags, case and punctuation do not change it. Reposts share the family of
    their originals.
    """
    bare = _REPOST.sub(" ", text)
    for pattern in (LINK, ACCOUNT, _HASHTAG):
        bare = pattern.sub(" ", bare)
    terms = tokenize(bare)
    if len(terms) < MIN_BARE_WORDS:
        terms = tokenize(text) or text.split()
    return hashlib.sha256(" ".join(terms).encode("utf-8", "surrogatepass")).hexdigest()[:32]
