"""Normalization of texts for a model: no invisible characters, commands or account names."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

LINK: Final = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)
ACCOUNT: Final = re.compile(r"(?<![\w@])@\w+(?:@[\w.-]+)*")
# ECMA-48: CSI (colours, cursor), OSC (titles, links) and the two-byte rest.
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
# One emoji with its repetitions; selectors and skin tones (U+1F3FB to U+1F3FF) are dropped.
EMOJI: Final = re.compile(
    r"([\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001f3fa\U0001f400-\U0001faff])"
    r"(?:[\ufe0f\U0001f3fb-\U0001f3ff]|\1)*"
)
_MENTION_RUN: Final = re.compile(r"(?:@user\s+){3,}")
_STRAIGHT_QUOTES: Final = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")


def clean(text: str) -> str:
    """Return *text* for the model: ``@user`` for accounts, ``http`` for links, names for emoji.

    White space becomes single spaces. Except for links, accounts and terminal commands all words
    stay, and stay apart. Idempotent.
    """
    text_with_names = EMOJI.sub(_emoji_name, strip_invisible(text).translate(_STRAIGHT_QUOTES))
    anonymous = ACCOUNT.sub("@user", LINK.sub("http ", text_with_names))
    return " ".join(_MENTION_RUN.sub("@user @user ", anonymous).split())


def without_addresses(text: str) -> str:
    """Return *text* without invisible characters, and with a space for each link and account."""
    return ACCOUNT.sub(" ", LINK.sub(" ", strip_invisible(text)))


def strip_invisible(text: str) -> str:
    """Return *text* without terminal commands, control, bidi and other invisible characters."""
    return "".join(map(_visible_form, _ANSI.sub(" ", text)))


@lru_cache(maxsize=65536)
def _visible_form(character: str) -> str:
    """Return "" for a format character (Cf), " " for a control or surrogate, else *character*."""
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category in ("Cc", "Cs") else character


def _emoji_name(emoji: re.Match[str]) -> str:
    # The model's vocabulary has the words "pouting face", but no emoji.
    return f" {unicodedata.name(emoji[1], '').lower()} "
