"""The words of a text as a model gets them: numbers and signs that it cannot read are spelled out.

It gets the text without orders to machines (``nlp.text.orders``). In a post without words, ratings
and faces of punctuation become words. In a post of hashtags alone these are split into words.
"""

import re
from collections.abc import Collection
from typing import Final

from nlp.text.emoticons import name_emoticons
from nlp.text.hashtags import HASHTAG, split_hashtags
from nlp.text.language import words_for_detection
from nlp.text.normalize import clean, without_addresses
from nlp.text.orders import without_orders
from nlp.text.ratings import find_rating, spell_stars

# A letter, a digit, "!", "?", a symbol or an emoji; not a mere "." or "-".
_READABLE: Final = re.compile(r"[^\W_]|[!?‼⁉\u2190-\u2bff\U0001f000-\U0001faff]")


def is_readable(text: str) -> bool:
    """Return True if a person can read something in *text* besides links and accounts."""
    bare = name_emoticons(without_addresses(text))
    return _READABLE.search(bare) is not None


def has_words(text: str, names: Collection[str] = ()) -> bool:
    """Return True if *text* has words besides links, accounts, *names* and faces such as "xD"."""
    return bool(words_for_detection(text, names))


def spell_out(text: str, language: str | None, names: Collection[str] = ()) -> str:
    """Return *text* with words for what a model cannot read, in *language* where possible.

    Rows of stars are spelled out in every text. *language* is ISO 639-1; None: unknown.
    """
    if rating := find_rating(text, names):
        return rating.phrase(language)
    spelled = spell_stars(text, language)
    if not has_words(text, names):
        return name_emoticons(split_hashtags(spelled, names))
    has_prose = has_words(HASHTAG.sub(" ", text), names)
    return spelled if has_prose else split_hashtags(spelled, names)


def text_for_model(text: str, language: str | None, names: Collection[str] = ()) -> str:
    """Return *text*, not a long one, as the model gets it: without orders, spelled out, cleaned."""
    return clean(spell_out(without_orders(text)[0], language, names))
