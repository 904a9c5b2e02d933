"""Extraction of entities and key phrases; docs/entities.md lists the rules and exceptions."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.entity import Entity, EntityKind, hostname, normalize_hashtag
from core.tokenizer import Token, tokenize, tokenize_with_spans
from core.watch import Watch
from nlp.text.hashtags import HASHTAG
from nlp.text.keyphrases import extract_phrases
from nlp.text.normalize import ACCOUNT, LINK
from nlp.text.places.recognizer import SEPARATOR, find_places

MAX_ENTITIES_PER_KIND: Final = 20  # per text; a list of 300 hashtags carries no information
MAX_CHARACTERS: Final = 50_000  # 0.2 s of work (measured); the rest of a text is ignored
MAX_VALUE_LENGTH: Final = 100  # characters of a hashtag or a host
_COLOUR: Final = re.compile(r"(?=.*[0-9])(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)

Occurrence = tuple[str, str]  # the value of an entity, and its surface form in the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """Entities and key phrases of one text."""

    entities: tuple[Entity, ...] = ()  # by kind, then in the order of the text
    phrases: tuple[str, ...] = ()  # at most nlp.text.keyphrases.MAX_PHRASES, the best first


def extract(text: str, language: str | None, watches: Sequence[Watch] = ()) -> Extraction:
    """Return the entities and key phrases of *text*.

    Args:
        text: as its author wrote it.
        language: ISO 639-1; None: unknown.
        watches: the watches that it matches. Only their products and people are extracted: such a
            name means nothing in a text on something else.
    """
    text = text[:MAX_CHARACTERS]
    links = _links(text)
    prose = LINK.sub(_separators, text)
    hashtags = _hashtags(prose)
    prose = HASHTAG.sub(_separators, ACCOUNT.sub(_separators, prose))
    finder = _NameFinder(prose)
    products = finder.take(name for watch in watches for name in watch.products)
    people = finder.take(name for watch in watches for name in watch.people)
    finder.take(watch.name for watch in watches)  # Boston Bikes is not a place
    place_entities, rest = find_places(finder.rest, language)
    by_kind = (
        _entities_of_kind(EntityKind.PRODUCT, products),
        _entities_of_kind(EntityKind.PERSON, people),
        place_entities,
        _entities_of_kind(EntityKind.HASHTAG, hashtags),
        _entities_of_kind(EntityKind.LINK, links),
    )
    return Extraction(
        entities=tuple(entity for group in by_kind for entity in _unique_entities(group)),
        phrases=extract_phrases(rest, language),
    )


def extract_for(
    text: str, language: str | None, slugs: Iterable[str], watches: Mapping[str, Watch]
) -> Extraction:
    """Return :func:`extract` for the watches with these *slugs*; unknown slugs are ignored."""
    return extract(text, language, [watches[slug] for slug in slugs if slug in watches])


def _links(text: str) -> list[tuple[str, str]]:
    """Return the host of each link in *text*; it is value and surface form."""
    hosts = (_link_host(link[0]) for link in LINK.finditer(text))
    return [(host, host) for host in hosts if host]


def _hashtags(prose: str) -> list[tuple[str, str]]:
    """Return the value and surface form of each hashtag in *prose*, without colours ("#fff")."""
    matches = [match for match in HASHTAG.finditer(prose) if not _COLOUR.fullmatch(match[1])]
    return [(normalize_hashtag(match[0]), match[0]) for match in matches]


class _NameFinder:
    """A search for names that removes each match from the text, longest names first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._remaining = list(text)
        self._tokens = tokenize_with_spans(text)
        self._used_tokens: set[int] = set()

    @property
    def rest(self) -> str:
        """The text with separators for the matches; all positions stay the same."""
        return "".join(self._remaining)

    def take(self, names: Iterable[str]) -> list[Occurrence]:
        """Return the occurrences of *names*, in any case, matched as a query matches a phrase."""
        occurrences: list[Occurrence] = []
        for name in sorted(set(names), key=lambda name: (-len(tokenize(name)), name)):
            for first, last in list(self._free_spans(tokenize(name))):
                start, end = self._tokens[first].start, self._tokens[last - 1].end
                self._used_tokens |= set(range(first, last))
                self._remaining[start:end] = SEPARATOR * (end - start)
                occurrences.append((name, self._text[start:end]))
        return occurrences

    def _free_spans(self, name: Sequence[str]) -> Iterator[tuple[int, int]]:
        for first in range(len(self._tokens) - len(name) + 1 if name else 0):
            last = first + len(name)
            is_free = self._used_tokens.isdisjoint(range(first, last))
            if is_free and _token_words(self._tokens[first:last]) == list(name):
                yield first, last


def _token_words(token_list: Sequence[Token]) -> list[str]:
    return [token.word for token in token_list]


def _entities_of_kind(kind: EntityKind, occurrences: Iterable[Occurrence]) -> Iterator[Entity]:
    return (Entity(kind=kind, value=value, said=surface) for value, surface in occurrences)


def _unique_entities(entities: Iterable[Entity]) -> list[Entity]:
    """Return each value once, with its first surface form; overlong values are dropped."""
    by_value: dict[str, Entity] = {}
    for entity in entities:
        if len(entity.value) <= MAX_VALUE_LENGTH:
            by_value.setdefault(entity.value, entity)
    return list(by_value.values())[:MAX_ENTITIES_PER_KIND]


def _separators(match: re.Match[str]) -> str:
    # As long as the match: all positions stay the same.
    return SEPARATOR * len(match[0])


def _link_host(link: str) -> str | None:
    name = hostname(link if "://" in link else f"https://{link}")
    return name.rstrip(".") if name and "." in name.strip(".") else None
