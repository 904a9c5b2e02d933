"""What a model reads of a long text: its head, and the sentences around the words of its watches.

Sentences are cut by one rule for all languages: behind . ! ? … ؟ ۔ (and a closing quote) before
white space, behind 。！？ and at the end of a line. An abbreviation ("z. B.") cuts too often, which
costs little: the sentences beside are read as well.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Final

from nlp.text.normalize import LINK, clean, visible

# In characters of cleaned text. The densest of our languages is Arabic: 300 draws of its tweets,
# 3,000 characters each, had up to 1,087 tokens of multilingual-e5 (German, French, Portuguese up
# to 942). So 2,700 are 978: four windows of 254.
LIMIT: Final = 2700
# Of these for the title and the first sentences, where there are matches, too. The longer it is,
# the less one sentence on a brand counts: of 12 in neutral articles e5 told 9 right with 400, 7
# with 600, 4 with 900.
HEAD: Final = 400
PIECE: Final = 300  # a longer sentence is cut at white space; below HEAD, which has one at least
SPELLINGS: Final = 64  # so many ways to write its words are looked for: no text makes a slow search

Span = tuple[int, int]  # text[start:end]

_END: Final = re.compile(
    r"""\n | (?<=[.!?…؟۔])\s | (?<=[.!?…؟۔]["'”’»)\]])\s | (?<=[。！？])""", re.VERBOSE
)
_LINK: Final = rf"[^\w\s]{{0,9}}(?i:{LINK.pattern})"
# Up to white space; else a link, however long; else up to what is no letter; else what there is.
_PIECE: Final = re.compile(
    rf"\S.{{0,{PIECE - 1}}}(?!\S) | {_LINK} | \S{{1,{PIECE}}}(?!\w) | \S{{1,{PIECE}}}",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a text that is read."""

    text: str
    share: float  # of the cleaned text, by characters, in (0, 1]


def excerpt(text: str, names: Iterable[Collection[str]] = ()) -> Excerpt:
    """All of *text* if it has at most LIMIT characters once it is cleaned, else so much of it.

    *names* are the words by which it names each of its watches. In the order of the text: its
    first sentences, HEAD characters of them; then, of each place that says one of *names*, its
    sentence, the one before and the one after. Where they are too many, each watch has its turn,
    with places from all over the text, the first of all among them. Without any, the head is all.

    Words stay whole but those of more than PIECE characters. Linear in the length of *text*.
    """
    length = len(clean(text))
    if length <= LIMIT:
        return Excerpt(text, 1.0)
    # A terminal command may hold the end of a sentence: it goes before the text is cut.
    plain = visible(text) if "\x1b" in text else text
    pieces = list(_pieces(plain))
    starts = [start for start, _ in pieces]
    said = [places for one in names if (places := _places(plain, starts, one))]
    budget = _Budget(plain, pieces)
    budget.take_head(HEAD if said else LIMIT)
    budget.take_around(said)
    read = budget.read()
    return Excerpt(read, len(clean(read)) / length)


def spellings(names: Iterable[str]) -> list[str]:
    """The first SPELLINGS different ones of *names* that say anything."""
    return list(islice(dict.fromkeys(name for name in names if name.strip()), SPELLINGS))


class _Budget:
    """The pieces of a long text that were taken; together they have at most LIMIT characters."""

    def __init__(self, text: str, pieces: Sequence[Span]) -> None:
        self._text = text
        self._pieces = pieces
        self._taken: dict[int, str] = {}  # by number of the piece
        self._room = LIMIT

    def take_head(self, room: int) -> None:
        """Whole pieces from the first on, into *room* characters; of one too long the beginning."""
        rest, self._room = self._room - room, room
        for number, (start, _) in enumerate(self._pieces):
            if not self._take(number):
                if not self._taken:
                    self._take_from(number, start)
                break
        self._room += rest

    def take_around(self, said: Sequence[Mapping[int, int]]) -> None:
        """Pieces that name a watch, by number with the place of the name, and those beside."""
        for number, at in _in_turn([list(places.items()) for places in said]):
            if not self._take(number):
                if self._taken.keys().isdisjoint(chain.from_iterable(said)):
                    self._take_from(number, at)
                break
            for beside in (number - 1, number + 1):
                if 0 <= beside < len(self._pieces):
                    self._take(beside)

    def read(self) -> str:
        """What was taken, in the order of the text."""
        return "\n".join(self._taken[number] for number in sorted(self._taken))

    def _take(self, number: int) -> bool:
        """Take a whole piece; False if there is no room for it."""
        start, end = self._pieces[number]
        piece = self._text[start:end]
        length = len(clean(piece))
        if number in self._taken or not length:
            return True
        if length >= self._room:  # one more parts it from the next
            return False
        self._taken[number] = piece
        self._room -= length + 1
        return True

    def _take_from(self, number: int, at: int) -> None:
        """Take of a piece what stands at *at* and fits: words that cleaning made out of emoji."""
        cleaned = clean(self._text[at : self._pieces[number][1]])
        self._taken[number] = f"{cleaned} "[: self._room].rpartition(" ")[0]
        self._room -= len(self._taken[number]) + 1


def _pieces(text: str) -> Iterator[Span]:
    """The sentences of *text*, those of more than PIECE characters in several parts."""
    start = 0
    for end in chain((found.end() for found in _END.finditer(text)), [len(text)]):
        yield from (piece.span() for piece in _PIECE.finditer(text, start, end))
        start = end


def _places(text: str, starts: Sequence[int], names: Iterable[str]) -> dict[int, int]:
    """The numbers of the pieces of *text* that say one of *names*, each with where it does first.

    *starts* are those of the pieces. A name that is cut by their border is in both.
    """
    spelled = sorted(spellings(names), key=len, reverse=True)
    if not spelled:
        return {}
    said = "|".join(r"\s+".join(map(re.escape, name.split())) for name in spelled)
    found: dict[int, int] = {}
    for name in re.finditer(rf"(?<!\w)(?:{said})(?!\w)", text, re.IGNORECASE):
        first, last = (bisect_right(starts, at) - 1 for at in (name.start(), name.end() - 1))
        for number in range(first, last + 1):
            found.setdefault(number, max(name.start(), starts[number]))
    return found


def _in_turn(many: Sequence[Sequence[Span]]) -> Iterator[Span]:
    """One of the first, one of the second, and so on, until all were told."""
    for turn in zip_longest(*map(_spread, many)):
        yield from (one for one in turn if one is not None)


def _spread(row: Sequence[Span]) -> Iterator[Span]:
    """Each of *row* once: the first, then that in the middle, then those at the quarters, …."""
    yield row[0]
    step = 1 << (len(row) - 1).bit_length()
    while step > 1:
        yield from row[step // 2 :: step]
        step //= 2
