"""The places that a text names. Where a name may mean something else, none is better than a guess.

What makes a name a place, in this order of weight: its country behind it ("Paris, Texas"), a word
before it ("in Reading"), a capital that no neighbour shares ("Paris" but not "Paris Hilton").
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from core.entity import Entity, Kind, Place
from nlp.text.keyphrases import stop_words
from nlp.text.places.candidates import INITIALS, Span, Written
from nlp.text.places.gazetteer import gazetteer

PART: Final = "|"  # parts words and names, and is none
_BEHIND: Final = re.compile(r"\s*[,(]\s*|\s+")  # between a city and its country
_CODE: Final = re.compile(r",\s*([A-Z]{2})\b")

Found = tuple[Place, int, int]  # a place and where a text says it


def places(text: str, language: str | None) -> tuple[list[Entity], str]:
    """Each place that *text* names, in the order of the first time; and the text without them.

    Args:
        text: without links, accounts and what else is no prose.
        language: of it, ISO 639-1; None: unknown.
    """
    found: dict[str, Entity] = {}
    left, at = [], 0
    for place, start, end in _Reader(text, language).places():
        entity = Entity(kind=Kind.PLACE, value=str(place), said=text[start:end])
        found.setdefault(entity.value, entity)
        left += [text[at:start], PART * (end - start)]
        at = end
    return list(found.values()), "".join([*left, text[at:]])


class _Reader:
    def __init__(self, text: str, language: str | None) -> None:
        self._written = Written(text)
        self._known = gazetteer(language)
        self._plain = stop_words(language) or frozenset()

    def places(self) -> Iterator[Found]:
        """Those that are told, none within another."""
        spans, read = self._written.names(self._known), 0
        for span, behind in zip_longest(spans, spans[1:]):
            if span.start < read:
                continue
            if found := self._narrowed(span, behind) or self._plainly(span):
                read = found[2]
                yield found

    def _plainly(self, span: Span) -> Found | None:
        country = span.name.meant
        if country is None or not self._is_place(span):
            return None
        return span.name.places[country], span.start, span.end

    def _narrowed(self, span: Span, behind: Span | None) -> Found | None:
        """A place whose country stands behind it."""
        if not span.is_capital or span.name.is_country:
            return None
        return self._by_code(span) or (self._by_name(span, behind) if behind else None)

    def _by_code(self, span: Span) -> Found | None:
        """Where "Berlin, DE" is, which is not Delaware."""
        code = _CODE.match(self._written.text, span.end)
        if code is None or self._written.is_shouted:
            return None
        country = code[1] if code[1] in span.name.places else self._known.codes.get(code[1])
        if country is None:
            return None
        return span.name.places.get(country, Place(country=country)), span.start, code.end(1)

    def _by_name(self, span: Span, behind: Span) -> Found | None:
        if not self._is_behind(span, behind):
            return None
        (country,) = behind.name.places
        place = span.name.places.get(country)
        if place is None and behind.name.is_region:  # a small town that bears a great name
            place = Place(country=country)
        return (place, span.start, behind.end) if place else None

    def _is_behind(self, span: Span, behind: Span) -> bool:
        """Whether *behind* is one country, or a part of one, and says where *span* is."""
        between = self._written.text[span.end : behind.start]
        is_next = span.last == behind.first and bool(_BEHIND.fullmatch(between))
        return is_next and behind.name.is_country and behind.is_capital

    def _is_place(self, span: Span) -> bool:
        before = self._before(span)
        if span.is_in or before in self._known.cues.sure or self._is_the(span):
            return self._is_meant(span)
        if not span.is_capital or span.name.is_doubtful or self._written.is_shouted:
            return False
        return self._is_alone(span) or before in self._known.cues.all

    def _is_meant(self, span: Span) -> bool:
        """Whether *span* is a place, where what stands before it says so."""
        if not span.is_capital:  # "in berlin", but never "un verre de bordeaux"
            return not span.name.is_doubtful and span.said.islower()
        return not span.name.is_doubtful or self._is_ended(span)

    def _is_ended(self, span: Span) -> bool:
        return not self._is_named(span.last, beside=span.last - 1)

    def _is_alone(self, span: Span) -> bool:
        return self._is_ended(span) and not self._is_named(span.first - 1, beside=span.first)

    def _is_the(self, span: Span) -> bool:
        """Whether it is spoken by letter and has an article: the UK, die USA."""
        return len(span.said) <= INITIALS and self._written.before(span.first) in (
            self._known.articles
        )

    def _before(self, span: Span) -> str:
        """The word before *span*, or before its article; "" where something parts them."""
        word = self._written.before(span.first)
        return self._written.before(span.first - 1) if word in self._known.articles else word

    def _is_named(self, at: int, *, beside: int) -> bool:
        """Whether the neighbour *at* may be part of a longer name: Hilton in "Paris Hilton"."""
        word = self._written.capital(at, beside)
        return bool(word) and word not in self._known.names and word not in self._plain
