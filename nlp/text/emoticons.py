"""Faces of punctuation, such as ":-)", and the emoji names that stand for them."""

import re
from typing import Final

# In this order: ":'(" before ":(". The names are those of emoji in Unicode, as `clean` writes them.
_NAMES: Final = tuple(
    (re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE), f" {name} ")
    for pattern, name in (
        (r"[:=;]['’]-?\(+", "crying face"),
        (r">[:=]-?[(\[/]+", "pouting face"),
        (r"(?:[:;=8x]['’]?[-o^]?D+|\^_*\^)", "grinning face"),
        (r";[-o^]?[)\]]+", "winking face"),
        (r"(?:[:=8]['’]?[-o^]?[)\]}]+|\(+[-o^]?[:=])", "smiling face"),
        (r"(?:[:=]['’]?[-o^]?[(\[{]+|\)+[-o^]?[:=])", "frowning face"),
        (r"[:=]-?[/\\|]+", "confused face"),
        (r"[:=]-?[*x]+", "face throwing a kiss"),
        (r"[:=;]-?p+", "face with stuck-out tongue"),
        (r"</3+", "broken heart"),
        (r"<3+", "red heart"),
        (r"-[._]*_+[._]*-", "expressionless face"),
    )
)


def name_emoticons(text: str) -> str:
    """Return *text* with the name of an emoji instead of each face of punctuation."""
    for pattern, name in _NAMES:
        text = pattern.sub(name, text)
    return text


def without_emoticons(text: str) -> str:
    """Return *text* with a space instead of each face of punctuation; "xD" is no word."""
    for pattern, _ in _NAMES:
        text = pattern.sub(" ", text)
    return text
