"""A text as its words, and the names of places among them, whatever each of them means there."""

import re
from dataclasses import dataclass
from typing import Final

from core.tokenizer import tokenize_with_spans
from nlp.text.places.gazetteer import Gazetteer, PlaceName

_NAME_JOINER: Final = re.compile(
    r"[ \u00a0'’.\-]{1,2}"
)  # what stands between the words of one name
_MAX_NAME_WORDS: Final = 6  # words of a name
_ARABIC_PREFIXES: Final = "وبلفك"  # Arabic writes and, in, for, then, like onto the next word
ARABIC_IN: Final = "ب"  # the one of them that says where
MAX_INITIALS: Final = 3  # letters of names that are spoken by letter: UK, USA, NYC


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCandidate:
    """The words first to last (exclusive) of a text, which are *name*, and where they stand."""

    name: PlaceName
    first: int
    last: int
    start: int
    end: int
    surface: str
    has_arabic_in: bool = False  # it is written with the Arabic "in"

    @property
    def is_capitalized(self) -> bool:
        """Whether it is written as a name; in a script without capitals everything is."""
        if len(self.surface) <= MAX_INITIALS:
            return not self.surface.islower() and (
                self.surface.isupper() or not self.surface.istitle()
            )
        return not self.surface[0].islower()


class TokenizedText:
    """One text, cut into words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokenize_with_spans(text)
        letters = [c for c in text if c.isupper() or c.islower()]
        # In a headline or a shout capitals say nothing.
        self.is_shouted = sum(map(str.isupper, letters)) > len(letters) / 2

    def candidates(self, gazetteer: Gazetteer) -> list[PlaceCandidate]:
        """The longest names, none within another, in order."""
        candidates: list[PlaceCandidate] = []
        index = 0
        while index < len(self._tokens):
            candidate = self._longest_candidate(index, gazetteer)
            if candidate:
                candidates.append(candidate)
            index = candidate.last if candidate else index + 1
        return candidates

    def word_before(self, index: int) -> str:
        """The word that only a blank parts from the word *at* behind it; else ""."""
        if not 0 < index < len(self._tokens) or not self._between(index - 1).isspace():
            return ""
        return self._tokens[index - 1].word

    def capitalized_word(self, index: int, neighbour: int) -> str:
        """The word *at*, if it has a capital and only a blank parts it from *beside*; else ""."""
        if not 0 <= index < len(self._tokens) or not self._between(min(index, neighbour)).isspace():
            return ""
        token = self._tokens[index]
        return token.word if self.text[token.start].isupper() else ""

    def _longest_candidate(self, first: int, gazetteer: Gazetteer) -> PlaceCandidate | None:
        last = first + 1
        while last - first < _MAX_NAME_WORDS and self._continues_name(last):
            last += 1
        for end in range(last, first, -1):
            key = " ".join(token.word for token in self._tokens[first:end])
            if name := gazetteer.names.get(key):
                return self._candidate(name, first, end)
        word = self._tokens[first].word
        name_without_prefix = gazetteer.names.get(word[1:]) if word[0] in _ARABIC_PREFIXES else None
        return (
            self._candidate(
                name_without_prefix, first, first + 1, has_arabic_in=word[0] == ARABIC_IN
            )
            if name_without_prefix
            else None
        )

    def _candidate(
        self, name: PlaceName, first: int, last: int, *, has_arabic_in: bool = False
    ) -> PlaceCandidate:
        start, end = self._tokens[first].start, self._tokens[last - 1].end
        surface = self.text[start:end]
        return PlaceCandidate(
            name=name,
            first=first,
            last=last,
            start=start,
            end=end,
            surface=surface,
            has_arabic_in=has_arabic_in,
        )

    def _continues_name(self, index: int) -> bool:
        """Whether the word *at* may go on with the name that the word before belongs to."""
        return index < len(self._tokens) and bool(_NAME_JOINER.fullmatch(self._between(index - 1)))

    def _between(self, index: int) -> str:
        """What stands between the word *at* and the next one."""
        if index + 1 >= len(self._tokens):
            return ""
        return self.text[self._tokens[index].end : self._tokens[index + 1].start]
