"""Sentiment towards one brand of several: that brand is marked, for models so trained."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from nlp.text.excerpt import Excerpt, excerpt, spellings

MARKS: Final = ("►", "◄")  # one piece each in the vocabulary of multilingual-e5


def mark_brand(text: str, names: Collection[str]) -> str:
    """*text* with each of *names* between marks where it stands as a word, in whatever case.

    Marks that the text brought along are taken out first: nobody outside points at a brand.
    """
    plain = text.translate(dict.fromkeys(map(ord, "".join(MARKS))))
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    if not longest_first:
        return plain
    words = "|".join(map(re.escape, longest_first))
    opening, closing = MARKS
    return re.sub(
        rf"(?<!\w)({words})(?!\w)", rf"{opening} \1 {closing}", plain, flags=re.IGNORECASE
    )


def mark_targets(text: str, names: Mapping[str, Collection[str]]) -> dict[str, Excerpt]:
    """*text* by watch, marked as it is read towards each that it names, where it names several.

    *names*, by watch, are the words that *text* says of it. Those that two watches share point at
    none of them that has others. Of a long text it is the part around the words of that watch.
    Where fewer than two readings would differ it is empty: what is said in the whole text is said
    of the one watch.
    """
    excerpts = {watch: _marked_excerpt(text, _distinctive_names(watch, names)) for watch in names}
    marked_excerpts = {
        watch: passage for watch, passage in excerpts.items() if MARKS[0] in passage.text
    }
    return marked_excerpts if len(set(marked_excerpts.values())) > 1 else {}


def _marked_excerpt(text: str, names: Collection[str]) -> Excerpt:
    passage = excerpt(text, [names])
    return replace(passage, text=mark_brand(passage.text, spellings(names)))


def _distinctive_names(watch: str, names: Mapping[str, Collection[str]]) -> Collection[str]:
    others = {n.casefold() for other in names if other != watch for n in names[other]}
    return [name for name in names[watch] if name.casefold() not in others] or names[watch]
