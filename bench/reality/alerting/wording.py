"""Sentences of the product in the words in which the inputs name them.

The inputs hold patterns of sentences. The product may word a sentence anew without a change of
behaviour; an input must not turn right by that.
"""

import re
from typing import Final

_EARLIER_WORDS: Final = (
    (r"A normal day", "An ordinary day"),
    (r"× a normal day", " times a usual day"),
    (r"(%|points?) vs normal", r"\1 vs usual"),
    (
        r"Nothing needs a response today",
        "It is safe to say nothing: no change calls for an answer",
    ),
    (
        r"Holding steady: (\d+) (?:people|person) complained",
        r"It neither grows nor fades: \1 negative voices",
    ),
    (r"Lasted (\d+) h\b", r"It lasted \1 hr"),
)
"""Patterns of the present sentences, each with the earlier words."""


def find(pattern: str, text: str) -> re.Match[str] | None:
    """Return the first match of *pattern* in *text*, or else in its earlier words."""
    return re.search(pattern, text) or re.search(pattern, in_earlier_words(text))


def in_earlier_words(text: str) -> str:
    """Return *text* with its sentences as the inputs know them."""
    for present, earlier in _EARLIER_WORDS:
        text = re.sub(present, earlier, text)
    return text
