"""Sentiment towards one brand of several: that brand is marked, for models so trained."""

import re
from collections.abc import Collection
from typing import Final

MARKS: Final = ("►", "◄")  # one piece each in the vocabulary of multilingual-e5


def mark(text: str, names: Collection[str]) -> str:
    """*text* with each of *names* between marks where it stands as a word, in whatever case.

    Marks that the text brought along are taken out first: nobody outside points at a brand.
    """
    plain = text.translate(dict.fromkeys(map(ord, "".join(MARKS))))
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    if not longest_first:
        return plain
    words = "|".join(map(re.escape, longest_first))
    left, right = MARKS
    return re.sub(rf"(?<!\w)({words})(?!\w)", rf"{left} \1 {right}", plain, flags=re.IGNORECASE)
