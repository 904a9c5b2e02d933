"""Excerpt of a long text for a model: its head, and the sentences around the terms of its watches.

Sentences are split by one rule for all languages: after . ! ? … ؟ ۔ (and a closing quote) before
white space, after 。！？ and at the end of a line. An abbreviation ("z. B.") splits too often. That
costs little: neighbouring sentences are included.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Final

from nlp.text.normalize import LINK, clean, strip_invisible

# In characters of cleaned text. The densest of our languages is Arabic: 300 draws of its tweets,
# 3,000 characters each, had up to 1,087 tokens of multilingual-e5 (German, French, Portuguese up
# to 942). So 2,700 characters are 978 tokens: four windows of 254.
EXCERPT_CHARACTERS: Final = 2700
# The part of these for the title and the first sentences if there are matches, too. The longer it
# is, the less one sentence on a brand counts: e5 classified 9 of 12 in neutral articles correctly
# with 400, 7 with 600, 4 with 900.
HEAD_CHARACTERS: Final = 400
# A longer sentence is split at white space. Less than HEAD_CHARACTERS: the head fits one piece.
MAX_PIECE_CHARACTERS: Final = 300
MAX_SPELLINGS: Final = 64  # of the terms of a watch: bounds the time of the search

Span = tuple[int, int]  # text[start:end]

_SENTENCE_END: Final = re.compile(
    r"""\n | (?<=[.!?…؟۔])\s | (?<=[.!?…؟۔]["'”’»)\]])\s | (?<=[。！？])""", re.VERBOSE
)
_UP_TO_A_PIECE: Final = rf"\S{{1,{MAX_PIECE_CHARACTERS}}}"
_LINK: Final = rf"[^\w\s]{{0,9}}(?i:{LINK.pattern})"
# Up to white space; else a link of any length; else up to the end of a word; else a hard cut.
_PIECE: Final = re.compile(
    rf"""\S.{{0,{MAX_PIECE_CHARACTERS - 1}}}(?!\S)
    | {_LINK} | {_UP_TO_A_PIECE}(?!\w) | {_UP_TO_A_PIECE}""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a text that is scored."""

    text: str
    share: float  # of the cleaned text, by characters, in (0, 1]


def excerpt(text: str, names: Iterable[Collection[str]] = ()) -> Excerpt:
    """Return *text*, shortened to ``EXCERPT_CHARACTERS`` of cleaned text.

    *names* are the terms by which it names each of its watches, one collection per watch.

    The excerpt has, in the order of the text, its first sentences (``HEAD_CHARACTERS``), then the
    sentence of each occurrence of *names* with the one before and the one after. If there are too
    many, watches take turns, with occurrences from all over the text; the first is always among
    them. Without an occurrence the first sentences fill the excerpt.

    Words of at most ``MAX_PIECE_CHARACTERS`` stay whole. The time is linear in the length of
    *text*.
    """
    length = len(clean(text))
    if length <= EXCERPT_CHARACTERS:
        return Excerpt(text, 1.0)
    # A terminal command may contain the end of a sentence: it is removed before the split.
    plain = strip_invisible(text) if "\x1b" in text else text
    pieces = list(_pieces(plain))
    starts = [start for start, _ in pieces]
    mentions_by_watch = [
        mentions
        for watch_names in names
        if (mentions := _first_mentions(plain, starts, watch_names))
    ]
    builder = _ExcerptBuilder(plain, pieces)
    builder.take_head(HEAD_CHARACTERS if mentions_by_watch else EXCERPT_CHARACTERS)
    builder.take_around(mentions_by_watch)
    selection = builder.excerpt_text()
    return Excerpt(selection, len(clean(selection)) / length)


def spellings(names: Iterable[str]) -> list[str]:
    """Return the first ``MAX_SPELLINGS`` distinct *names* that are not blank."""
    return list(islice(dict.fromkeys(name for name in names if name.strip()), MAX_SPELLINGS))


class _ExcerptBuilder:
    """A selection of pieces of a long text, at most ``EXCERPT_CHARACTERS`` together."""

    def __init__(self, text: str, pieces: Sequence[Span]) -> None:
        self._text = text
        self._pieces = pieces
        self._selection: dict[int, str] = {}  # by index of the piece
        self._characters_left = EXCERPT_CHARACTERS

    def take_head(self, characters: int) -> None:
        """Take whole pieces from the first on, up to *characters*; cut a longer first piece."""
        rest, self._characters_left = self._characters_left - characters, characters
        for index, (start, _) in enumerate(self._pieces):
            if not self._take(index):
                if not self._selection:
                    self._take_from(index, start)
                break
        self._characters_left += rest

    def take_around(self, mentions_by_watch: Sequence[Mapping[int, int]]) -> None:
        """Take the pieces that name a watch and their neighbours.

        *mentions_by_watch* has, per watch, the position of the name by the index of the piece.
        """
        for index, position in _round_robin(
            [list(mentions.items()) for mentions in mentions_by_watch]
        ):
            if not self._take(index):
                if self._selection.keys().isdisjoint(chain.from_iterable(mentions_by_watch)):
                    self._take_from(index, position)
                break
            for neighbour in (index - 1, index + 1):
                if 0 <= neighbour < len(self._pieces):
                    self._take(neighbour)

    def excerpt_text(self) -> str:
        """Return the selection, in the order of the text."""
        return "\n".join(self._selection[index] for index in sorted(self._selection))

    def _take(self, index: int) -> bool:
        """Take a whole piece; return False if it does not fit."""
        start, end = self._pieces[index]
        piece = self._text[start:end]
        length = len(clean(piece))
        if index in self._selection or not length:
            return True
        if length >= self._characters_left:  # one more for the line break
            return False
        self._selection[index] = piece
        self._characters_left -= length + 1
        return True

    def _take_from(self, index: int, position: int) -> None:
        """Take the words of a piece from *position* on that fit; a cleaned emoji is words, too."""
        tail = clean(self._text[position : self._pieces[index][1]])
        self._selection[index] = f"{tail} "[: self._characters_left].rpartition(" ")[0]
        self._characters_left -= len(self._selection[index]) + 1


def _pieces(text: str) -> Iterator[Span]:
    """Yield the sentences of *text*, split if longer than ``MAX_PIECE_CHARACTERS``."""
    start = 0
    for end in chain((match.end() for match in _SENTENCE_END.finditer(text)), [len(text)]):
        yield from (piece.span() for piece in _PIECE.finditer(text, start, end))
        start = end


def _first_mentions(text: str, starts: Sequence[int], names: Iterable[str]) -> dict[int, int]:
    """Return the position of the first of *names* in each piece of *text*, by index of the piece.

    *starts* are the positions of the pieces. A name across their border is in both.
    """
    variants = sorted(spellings(names), key=len, reverse=True)
    if not variants:
        return {}
    pattern = "|".join(r"\s+".join(map(re.escape, name.split())) for name in variants)
    first_positions: dict[int, int] = {}
    for name in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
        first, last = (
            bisect_right(starts, position) - 1 for position in (name.start(), name.end() - 1)
        )
        for index in range(first, last + 1):
            first_positions.setdefault(index, max(name.start(), starts[index]))
    return first_positions


def _round_robin(sequences: Sequence[Sequence[Span]]) -> Iterator[Span]:
    """Yield one element of each sequence in turn, until all are exhausted."""
    for turn in zip_longest(*map(_coarse_to_fine, sequences)):
        yield from (span for span in turn if span is not None)


def _coarse_to_fine(row: Sequence[Span]) -> Iterator[Span]:
    """Yield each of *row* once: the first, then the middle one, then those at the quarters, …."""
    yield row[0]
    step = 1 << (len(row) - 1).bit_length()
    while step > 1:
        yield from row[step // 2 :: step]
        step //= 2
