"""Families of near-duplicates: only links, accounts, hashtags, case and punctuation differ."""

import hashlib
import re
from typing import Final

from core.tokenizer import tokenize
from nlp.text.normalize import ACCOUNT, LINK

# Words; shorter texts keep theirs all, or "love it #acme" and "love it #other" were one family.
MIN_BARE_WORDS: Final = 4
_REPOST: Final = re.compile(r"^\s*RT\b(?=\s*@)")
_HASHTAG: Final = re.compile(r"#\w+")


def family_key(text: str) -> str:
    """The name of the family of *text*, 32 hex digits; reposts and their originals share it."""
    bare = _REPOST.sub(" ", text)
    for pattern in (LINK, ACCOUNT, _HASHTAG):
        bare = pattern.sub(" ", bare)
    terms = tokenize(bare)
    if len(terms) < MIN_BARE_WORDS:
        terms = tokenize(text) or text.split()
    return hashlib.sha256(" ".join(terms).encode("utf-8", "surrogatepass")).hexdigest()[:32]
