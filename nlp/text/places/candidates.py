"""A text as its words, and the names of places among them, whatever each of them means there."""

import re
from dataclasses import dataclass
from typing import Final

from core.tokenizer import tokens
from nlp.text.places.gazetteer import Gazetteer, Name

_JOINED: Final = re.compile(r"[ \u00a0'’.\-]{1,2}")  # what stands between the words of one name
_LONGEST: Final = 6  # words of a name
_GLUED: Final = "وبلفك"  # Arabic writes and, in, for, then, like onto the next word
IN: Final = "ب"  # the one of them that says where
INITIALS: Final = 3  # letters of names that are spoken by letter: UK, USA, NYC


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The words first to last (exclusive) of a text, which are *name*, and where they stand."""

    name: Name
    first: int
    last: int
    start: int
    end: int
    said: str
    is_in: bool = False  # it is written with the Arabic "in"

    @property
    def is_capital(self) -> bool:
        """Whether it is written as a name; in a script without capitals everything is."""
        if len(self.said) <= INITIALS:
            return not self.said.islower() and (self.said.isupper() or not self.said.istitle())
        return not self.said[0].islower()


class Written:
    """One text, cut into words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokens(text)
        letters = [c for c in text if c.isupper() or c.islower()]
        # In a headline or a shout capitals say nothing.
        self.is_shouted = sum(map(str.isupper, letters)) > len(letters) / 2

    def names(self, known: Gazetteer) -> list[Span]:
        """The longest names, none within another, in order."""
        found: list[Span] = []
        at = 0
        while at < len(self._tokens):
            span = self._longest(at, known)
            if span:
                found.append(span)
            at = span.last if span else at + 1
        return found

    def before(self, at: int) -> str:
        """The word that only a blank parts from the word *at* behind it; else ""."""
        if not 0 < at < len(self._tokens) or not self._between(at - 1).isspace():
            return ""
        return self._tokens[at - 1].word

    def capital(self, at: int, beside: int) -> str:
        """The word *at*, if it has a capital and only a blank parts it from *beside*; else ""."""
        if not 0 <= at < len(self._tokens) or not self._between(min(at, beside)).isspace():
            return ""
        token = self._tokens[at]
        return token.word if self.text[token.start].isupper() else ""

    def _longest(self, first: int, known: Gazetteer) -> Span | None:
        last = first + 1
        while last - first < _LONGEST and self._is_joined(last):
            last += 1
        for end in range(last, first, -1):
            key = " ".join(token.word for token in self._tokens[first:end])
            if name := known.names.get(key):
                return self._span(name, first, end)
        word = self._tokens[first].word
        glued = known.names.get(word[1:]) if word[0] in _GLUED else None
        return self._span(glued, first, first + 1, is_in=word[0] == IN) if glued else None

    def _span(self, name: Name, first: int, last: int, *, is_in: bool = False) -> Span:
        start, end = self._tokens[first].start, self._tokens[last - 1].end
        said = self.text[start:end]
        return Span(name=name, first=first, last=last, start=start, end=end, said=said, is_in=is_in)

    def _is_joined(self, at: int) -> bool:
        """Whether the word *at* may go on with the name that the word before belongs to."""
        return at < len(self._tokens) and bool(_JOINED.fullmatch(self._between(at - 1)))

    def _between(self, at: int) -> str:
        """What stands between the word *at* and the next one."""
        if at + 1 >= len(self._tokens):
            return ""
        return self.text[self._tokens[at].end : self._tokens[at + 1].start]
