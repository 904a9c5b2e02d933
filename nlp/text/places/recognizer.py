"""Recognition of places in a text. An ambiguous name is skipped rather than guessed.

Evidence for a place, strongest first: its country after it ("Paris, Texas"), a word before it
("in Reading"), a capital without a capitalized neighbour ("Paris" but not "Paris Hilton").
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from core.entity import Entity, EntityKind, Place
from core.stopwords import stop_words
from nlp.text.places.candidates import MAX_INITIALS, PlaceCandidate, TokenizedText
from nlp.text.places.gazetteer import load_gazetteer

SEPARATOR: Final = "|"  # ends words and names, and is no part of them
_QUALIFIER_GAP: Final = re.compile(r"\s*[,(]\s*|\s+")  # between a city and its country
_REGION_CODE: Final = re.compile(r",\s*([A-Z]{2})\b")

PlaceMatch = tuple[Place, int, int]  # a place, and the start and end of its name


def find_places(text: str, language: str | None) -> tuple[list[Entity], str]:
    """Return each place in *text* once, in order, and *text* with separators for the places.

    Args:
        text: prose, without links and accounts.
        language: ISO 639-1; None: unknown.
    """
    entities: dict[str, Entity] = {}
    segments, position = [], 0
    for place, start, end in _PlaceFinder(text, language).matches():
        entity = Entity(kind=EntityKind.PLACE, value=str(place), said=text[start:end])
        entities.setdefault(entity.value, entity)
        segments += [text[position:start], SEPARATOR * (end - start)]
        position = end
    return list(entities.values()), "".join([*segments, text[position:]])


class _PlaceFinder:
    def __init__(self, text: str, language: str | None) -> None:
        self._text = TokenizedText(text)
        self._gazetteer = load_gazetteer(language)
        self._stop_words = stop_words(language) or frozenset()

    def matches(self) -> Iterator[PlaceMatch]:
        """Yield the places, without overlap, in order."""
        candidates, position = self._text.candidates(self._gazetteer), 0
        for candidate, following in zip_longest(candidates, candidates[1:]):
            if candidate.start < position:
                continue
            if match := self._qualified_match(candidate, following) or self._plain_match(candidate):
                position = match[2]
                yield match

    def _plain_match(self, candidate: PlaceCandidate) -> PlaceMatch | None:
        country = candidate.name.default_country
        if country is None or not self._is_place(candidate):
            return None
        return candidate.name.places[country], candidate.start, candidate.end

    def _qualified_match(
        self, candidate: PlaceCandidate, following: PlaceCandidate | None
    ) -> PlaceMatch | None:
        """Return a place with its country after it, or None."""
        if not candidate.is_capitalized or candidate.name.is_country:
            return None
        return self._match_by_code(candidate) or (
            self._match_by_name(candidate, following) if following else None
        )

    def _match_by_code(self, candidate: PlaceCandidate) -> PlaceMatch | None:
        # "Berlin, DE" is in Germany, not in Delaware: countries come before regions.
        code = _REGION_CODE.match(self._text.text, candidate.end)
        if code is None or self._text.is_shouted:
            return None
        country = (
            code[1] if code[1] in candidate.name.places else self._gazetteer.codes.get(code[1])
        )
        if country is None:
            return None
        return (
            candidate.name.places.get(country, Place(country=country)),
            candidate.start,
            code.end(1),
        )

    def _match_by_name(
        self, candidate: PlaceCandidate, following: PlaceCandidate
    ) -> PlaceMatch | None:
        if not self._is_qualifier(candidate, following):
            return None
        (country,) = following.name.places
        place = candidate.name.places.get(country)
        if place is None and following.name.is_region:  # a small town with a famous name
            place = Place(country=country)
        return (place, candidate.start, following.end) if place else None

    def _is_qualifier(self, candidate: PlaceCandidate, following: PlaceCandidate) -> bool:
        """Return True if *following* is one country or region, right after *candidate*."""
        between = self._text.text[candidate.end : following.start]
        is_next = candidate.last == following.first and bool(_QUALIFIER_GAP.fullmatch(between))
        return is_next and following.name.is_country and following.is_capitalized

    def _is_place(self, candidate: PlaceCandidate) -> bool:
        before = self._word_before(candidate)
        if (
            candidate.has_arabic_in
            or before in self._gazetteer.cues.sure
            or self._is_initialism_with_article(candidate)
        ):
            return self._is_place_in_context(candidate)
        if not candidate.is_capitalized or candidate.name.is_doubtful or self._text.is_shouted:
            return False
        return self._stands_alone(candidate) or before in self._gazetteer.cues.all

    def _is_place_in_context(self, candidate: PlaceCandidate) -> bool:
        """Return True if *candidate* is a place, given that the word before it points to one."""
        if not candidate.is_capitalized:  # "in berlin", but never "un verre de bordeaux"
            return not candidate.name.is_doubtful and candidate.surface.islower()
        return not candidate.name.is_doubtful or self._ends_name(candidate)

    def _ends_name(self, candidate: PlaceCandidate) -> bool:
        return not self._is_part_of_name(candidate.last, neighbour=candidate.last - 1)

    def _stands_alone(self, candidate: PlaceCandidate) -> bool:
        return self._ends_name(candidate) and not self._is_part_of_name(
            candidate.first - 1, neighbour=candidate.first
        )

    def _is_initialism_with_article(self, candidate: PlaceCandidate) -> bool:
        """Return True for an initialism with an article: the UK, die USA."""
        return len(candidate.surface) <= MAX_INITIALS and self._text.word_before(
            candidate.first
        ) in (self._gazetteer.articles)

    def _word_before(self, candidate: PlaceCandidate) -> str:
        """Return the word before *candidate* or before its article; "" if they are separated."""
        word = self._text.word_before(candidate.first)
        return (
            self._text.word_before(candidate.first - 1)
            if word in self._gazetteer.articles
            else word
        )

    def _is_part_of_name(self, index: int, *, neighbour: int) -> bool:
        """Return True if the word at *index* may be part of the name: Hilton in "Paris Hilton"."""
        word = self._text.capitalized_word(index, neighbour)
        return bool(word) and word not in self._gazetteer.names and word not in self._stop_words
