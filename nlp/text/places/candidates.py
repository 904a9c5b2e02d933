"""The words of a text, and all place names of the gazetteer among them."""

import re
from dataclasses import dataclass
from typing import Final

from core.tokenizer import tokenize_with_spans
from nlp.text.places.gazetteer import Gazetteer, PlaceName

_NAME_JOINER: Final = re.compile(r"[ \u00a0'’.\-]{1,2}")  # between the words of one name
_MAX_NAME_WORDS: Final = 6
_ARABIC_PREFIXES: Final = "وبلفك"  # and, in, for, then, like: part of the next word in Arabic
ARABIC_IN: Final = "ب"  # "in"
MAX_INITIALS: Final = 3  # letters of an initialism: UK, USA, NYC


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCandidate:
    """One name of the gazetteer in a text."""

    name: PlaceName
    first: int  # index of its first word
    last: int  # … and of the word after it
    start: int  # position of its first character
    end: int  # … and of the character after it
    surface: str  # text[start:end]
    has_arabic_in: bool = False  # written with the Arabic "in"

    @property
    def is_capitalized(self) -> bool:
        """True if it is written as a name; always true in a script without capitals."""
        if len(self.surface) <= MAX_INITIALS:
            return not self.surface.islower() and (
                self.surface.isupper() or not self.surface.istitle()
            )
        return not self.surface[0].islower()


class TokenizedText:
    """One text, split into words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokenize_with_spans(text)
        letters = [c for c in text if c.isupper() or c.islower()]
        # In a headline or a shout capitals have no meaning.
        self.is_shouted = sum(map(str.isupper, letters)) > len(letters) / 2

    def candidates(self, gazetteer: Gazetteer) -> list[PlaceCandidate]:
        """Return the longest names of *gazetteer*, without overlap, in order."""
        candidates: list[PlaceCandidate] = []
        index = 0
        while index < len(self._tokens):
            candidate = self._longest_candidate(index, gazetteer)
            if candidate:
                candidates.append(candidate)
            index = candidate.last if candidate else index + 1
        return candidates

    def word_before(self, index: int) -> str:
        """Return the word before the word at *index* if only white space is between; else ""."""
        if not 0 < index < len(self._tokens) or not self._between(index - 1).isspace():
            return ""
        return self._tokens[index - 1].word

    def capitalized_word(self, index: int, neighbour: int) -> str:
        """Return the word at *index* if it has a capital, with only white space to *neighbour*.

        Otherwise return "".
        """
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
        """Return True if the word at *index* may belong to the same name as the one before."""
        return index < len(self._tokens) and bool(_NAME_JOINER.fullmatch(self._between(index - 1)))

    def _between(self, index: int) -> str:
        """Return the text between the word at *index* and the next one."""
        if index + 1 >= len(self._tokens):
            return ""
        return self.text[self._tokens[index].end : self._tokens[index + 1].start]
