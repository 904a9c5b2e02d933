"""Marks around one brand of several, for models trained on sentiment towards a marked brand."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from nlp.text.excerpt import Excerpt, excerpt, spellings

MARKS: Final = ("►", "◄")  # one piece each in the vocabulary of multilingual-e5


def mark_brand(text: str, names: Collection[str]) -> str:
    """Return *text* with marks around each of *names*, as a whole word, in any case.

    Marks in *text* itself are removed first: an author cannot mark a brand.
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
    """Return a marked excerpt of *text* for each watch that it names, by watch.

    *names* are the terms of each watch in *text*. A term that two watches share is not marked for a
    watch that has others. The excerpt of a long text is the part around the terms of that watch.

    The result is empty unless at least two excerpts differ: the sentiment of the whole text is then
    that towards the one watch.
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
