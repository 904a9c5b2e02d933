"""What a text names: see docs/entities.md for what is told and what is left out on purpose."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.entity import Entity, EntityKind, hostname, normalize_hashtag
from core.tokenizer import Token, tokenize, tokenize_with_spans
from core.watch import Watch
from nlp.text.keyphrases import extract_phrases
from nlp.text.normalize import ACCOUNT, LINK
from nlp.text.places.recognizer import SEPARATOR, find_places

MAX_ENTITIES_PER_KIND: Final = (
    20  # entities of a kind in one text; a list of 300 hashtags says nothing
)
MAX_CHARACTERS: Final = (
    50_000  # characters of a text, 0.2 s of work (measured); the rest is not looked at
)
MAX_VALUE_LENGTH: Final = 100  # characters of a hashtag or a host
# Neither "&#39;" nor the end of a link, nor a number; with a sign of a keyboard for Chinese, too.
_HASHTAG: Final = re.compile(r"(?<![\w&/#＃])[#＃](\w*[^\W\d_]\w*)")
_COLOUR: Final = re.compile(r"(?=.*[0-9])(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)

Occurrence = tuple[str, str]  # the value of an entity, and how it stands in the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What one text names and speaks of."""

    entities: tuple[Entity, ...] = ()  # by kind, then as they come
    phrases: tuple[str, ...] = ()  # at most nlp.text.keyphrases.MOST, the weightiest first


def extract(text: str, language: str | None, watches: Sequence[Watch] = ()) -> Extraction:
    """What *text* names.

    Args:
        text: as its author wrote it.
        language: of it, ISO 639-1; None: unknown.
        watches: those that it matched. Their products and people are told and no others: a name
            in the settings of a watch says nothing about a text that does not speak of that watch.
    """
    text = text[:MAX_CHARACTERS]
    links = _links(text)
    prose = LINK.sub(_separators, text)
    hashtags = _hashtags(prose)
    prose = _HASHTAG.sub(_separators, ACCOUNT.sub(_separators, prose))
    finder = _NameFinder(prose)
    products = finder.take(name for watch in watches for name in watch.products)
    people = finder.take(name for watch in watches for name in watch.people)
    finder.take(watch.name for watch in watches)  # Boston Bikes is no place
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
    """What *text* names; it matched *slugs*, of which those count that are in *watches*."""
    return extract(text, language, [watches[slug] for slug in slugs if slug in watches])


def _links(text: str) -> list[tuple[str, str]]:
    """The host of each link in *text*, twice: it is its own name."""
    hosts = (_link_host(link[0]) for link in LINK.finditer(text))
    return [(host, host) for host in hosts if host]


def _hashtags(prose: str) -> list[tuple[str, str]]:
    """The name of each hashtag in *prose* and how it is written; "#fff" is a colour."""
    matches = [match for match in _HASHTAG.finditer(prose) if not _COLOUR.fullmatch(match[1])]
    return [(normalize_hashtag(match[0]), match[0]) for match in matches]


class _NameFinder:
    """Finds names that are given, the longest first, and takes them out of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._remaining = list(text)
        self._tokens = tokenize_with_spans(text)
        self._used_tokens: set[int] = set()

    @property
    def rest(self) -> str:
        """The text without what was found; no place has moved."""
        return "".join(self._remaining)

    def take(self, names: Iterable[str]) -> list[Occurrence]:
        """Those of *names* that the text says, in whatever case, as a query finds a phrase."""
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
    """Each value once, as it was said first; none endless."""
    by_value: dict[str, Entity] = {}
    for entity in entities:
        if len(entity.value) <= MAX_VALUE_LENGTH:
            by_value.setdefault(entity.value, entity)
    return list(by_value.values())[:MAX_ENTITIES_PER_KIND]


def _separators(match: re.Match[str]) -> str:
    """As long as what it stands for, so that no place moves."""
    return SEPARATOR * len(match[0])


def _link_host(link: str) -> str | None:
    name = hostname(link if "://" in link else f"https://{link}")
    return name.rstrip(".") if name and "." in name.strip(".") else None
