"""What a text names: see docs/entities.md for what is told and what is left out on purpose."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.entity import Entity, Kind, host, tag
from core.tokenizer import Token, tokens, words
from core.watch import Watch
from nlp.text.keyphrases import phrases
from nlp.text.normalize import ACCOUNT, LINK
from nlp.text.places.recognizer import PART, places

MOST: Final = 20  # entities of a kind in one text; a list of 300 hashtags says nothing
READ: Final = 50_000  # characters of a text, 0.2 s of work (measured); the rest is not looked at
LONGEST: Final = 100  # characters of a hashtag or a host
# Neither "&#39;" nor the end of a link, nor a number; with a sign of a keyboard for Chinese, too.
_HASHTAG: Final = re.compile(r"(?<![\w&/#＃])[#＃](\w*[^\W\d_]\w*)")
_COLOUR: Final = re.compile(r"(?=.*[0-9])(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)

Said = tuple[str, str]  # the value of an entity, and how it stands in the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What one text names and speaks of."""

    entities: tuple[Entity, ...] = ()  # by kind, then as they come
    phrases: tuple[str, ...] = ()  # at most nlp.text.keyphrases.MOST, the weightiest first


def named(text: str, language: str | None, watches: Sequence[Watch] = ()) -> Named:
    """What *text* names.

    Args:
        text: as its author wrote it.
        language: of it, ISO 639-1; None: unknown.
        watches: those that it matched. Their products and people are told and no others: a name
            in the settings of a watch says nothing about a text that does not speak of that watch.
    """
    text = text[:READ]
    links = _links(text)
    prose = LINK.sub(_parted, text)
    hashtags = _hashtags(prose)
    prose = _HASHTAG.sub(_parted, ACCOUNT.sub(_parted, prose))
    listed = _Listed(prose)
    products = listed.take(name for watch in watches for name in watch.products)
    people = listed.take(name for watch in watches for name in watch.people)
    listed.take(watch.name for watch in watches)  # Boston Bikes is no place
    where, rest = places(listed.rest, language)
    found = (
        _entities(Kind.PRODUCT, products),
        _entities(Kind.PERSON, people),
        where,
        _entities(Kind.HASHTAG, hashtags),
        _entities(Kind.LINK, links),
    )
    return Named(
        entities=tuple(entity for kind in found for entity in _once(kind)),
        phrases=phrases(rest, language),
    )


def named_for(
    text: str, language: str | None, slugs: Iterable[str], watches: Mapping[str, Watch]
) -> Named:
    """What *text* names; it matched *slugs*, of which those count that are in *watches*."""
    return named(text, language, [watches[slug] for slug in slugs if slug in watches])


def _links(text: str) -> list[tuple[str, str]]:
    """The host of each link in *text*, twice: it is its own name."""
    hosts = (_host(link[0]) for link in LINK.finditer(text))
    return [(host, host) for host in hosts if host]


def _hashtags(prose: str) -> list[tuple[str, str]]:
    """The name of each hashtag in *prose* and how it is written; "#fff" is a colour."""
    found = [one for one in _HASHTAG.finditer(prose) if not _COLOUR.fullmatch(one[1])]
    return [(tag(one[0]), one[0]) for one in found]


class _Listed:
    """Finds names that are given, the longest first, and takes them out of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = list(text)
        self._tokens = tokens(text)
        self._taken: set[int] = set()

    @property
    def rest(self) -> str:
        """The text without what was found; no place has moved."""
        return "".join(self._left)

    def take(self, names: Iterable[str]) -> list[Said]:
        """Those of *names* that the text says, in whatever case, as a query finds a phrase."""
        found: list[Said] = []
        for name in sorted(set(names), key=lambda name: (-len(words(name)), name)):
            for first, last in list(self._places(words(name))):
                start, end = self._tokens[first].start, self._tokens[last - 1].end
                self._taken |= set(range(first, last))
                self._left[start:end] = PART * (end - start)
                found.append((name, self._text[start:end]))
        return found

    def _places(self, name: Sequence[str]) -> Iterator[tuple[int, int]]:
        for first in range(len(self._tokens) - len(name) + 1 if name else 0):
            last = first + len(name)
            is_free = self._taken.isdisjoint(range(first, last))
            if is_free and _words(self._tokens[first:last]) == list(name):
                yield first, last


def _words(some: Sequence[Token]) -> list[str]:
    return [token.word for token in some]


def _entities(kind: Kind, said: Iterable[Said]) -> Iterator[Entity]:
    return (Entity(kind=kind, value=value, said=shown) for value, shown in said)


def _once(found: Iterable[Entity]) -> list[Entity]:
    """Each value once, as it was said first; none endless."""
    by_value: dict[str, Entity] = {}
    for entity in found:
        if len(entity.value) <= LONGEST:
            by_value.setdefault(entity.value, entity)
    return list(by_value.values())[:MOST]


def _parted(found: re.Match[str]) -> str:
    """As long as what it stands for, so that no place moves."""
    return PART * len(found[0])


def _host(link: str) -> str | None:
    found = host(link if "://" in link else f"https://{link}")
    return found.rstrip(".") if found and "." in found.strip(".") else None
