"""The tree of a query, frozen. Its ``str`` is canonical and parses back to an equal tree."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

# A field's value without quotation marks; two slashes at its start would look like a URL.
_BARE: Final = re.compile(r'(?!//)[^\s()"\\“”„«»]+')


class Query:
    """Any node of the tree."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Everything(Query):
    """The empty query: every mention."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Phrase(Query):
    """One word, or several in sequence."""

    words: tuple[str, ...]  # at least one, each from indexer.index_tokens.index_words

    def __str__(self) -> str:
        text = " ".join(self.words)
        return text if len(self.words) == 1 else f'"{text}"'


@dataclass(frozen=True, slots=True)
class Field(Query):
    """One value of a field; a field with several values matches if one of them is equal."""

    name: str  # a key of indexer.query.fields.FIELDS
    value: str

    def __str__(self) -> str:
        if _BARE.fullmatch(self.value):
            return f"{self.name}:{self.value}"
        return f"{self.name}:{quote(self.value)}"


@dataclass(frozen=True, slots=True)
class And(Query):
    """All parts hold; made by :func:`all_of`."""

    parts: tuple[Query, ...]  # at least two, none of them And or Everything

    def __str__(self) -> str:
        return " ".join(_parenthesize(part, Or) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or(Query):
    """At least one part holds; made by :func:`any_of`."""

    parts: tuple[Query, ...]  # at least two, none of them Or

    def __str__(self) -> str:
        return " OR ".join(_parenthesize(part, And) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not(Query):
    """The part does not hold; made by :func:`none_of`."""

    part: Query  # never Not

    def __str__(self) -> str:
        return f"-{_parenthesize(self.part, And, Or)}"


def quote(text: str) -> str:
    """Return *text* in straight quotation marks, escaped for the grammar."""
    literal = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{literal}"'


def all_of(parts: Iterable[Query]) -> Query:
    """Return the conjunction, flattened; without parts Everything."""
    operands: list[Query] = []
    for part in parts:
        operands.extend(part.parts if isinstance(part, And) else [part])
    conjuncts = tuple(part for part in operands if not isinstance(part, Everything))
    if len(conjuncts) > 1:
        return And(conjuncts)
    return conjuncts[0] if conjuncts else Everything()


def any_of(parts: Iterable[Query]) -> Query:
    """Return the disjunction of one part or more, flattened.

    Raises:
        ValueError: there is no part, so nothing would match.
    """
    operands: list[Query] = []
    for part in parts:
        operands.extend(part.parts if isinstance(part, Or) else [part])
    if not operands:
        raise ValueError("any_of takes at least one part")
    return Or(tuple(operands)) if len(operands) > 1 else operands[0]


def none_of(part: Query) -> Query:
    """Return the negation; a double negation is the part itself."""
    return part.part if isinstance(part, Not) else Not(part)


def depth(query: Query) -> int:
    """Return the number of levels of the tree; a single word has 1."""
    match query:
        case And(parts) | Or(parts):
            return 1 + max(map(depth, parts))
        case Not(part):
            return 1 + depth(part)
    return 1


def positive_phrases(query: Query) -> Iterator[Phrase]:
    """Yield the phrases outside of any NOT, in order."""
    match query:
        case Phrase():
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from positive_phrases(part)


def _parenthesize(part: Query, *kinds: type[Query]) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)
