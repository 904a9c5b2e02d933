"""Families of near-duplicates: only links, accounts, hashtags, case and punctuation differ."""

import hashlib
import re
from typing import Final

from core.tokenizer import words
from nlp.text.normalize import ACCOUNT, LINK

# Words; shorter texts keep theirs all, or "love it #acme" and "love it #other" were one family.
SHORT: Final = 4
_REPOST: Final = re.compile(r"^\s*RT\b(?=\s*@)")
_HASHTAG: Final = re.compile(r"#\w+")


def family_key(text: str) -> str:
    """The name of the family of *text*, 32 hex digits; reposts and their originals share it."""
    bare = _REPOST.sub(" ", text)
    for noise in (LINK, ACCOUNT, _HASHTAG):
        bare = noise.sub(" ", bare)
    said = words(bare)
    if len(said) < SHORT:
        said = words(text) or text.split()
    return hashlib.sha256(" ".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]
