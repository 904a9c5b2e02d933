"""Text -> tree. Every error has its column; the limits protect all engines."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from core.errors import QueryError
from indexer.index_tokens import index_words
from indexer.query.fields import build_field
from indexer.query.nodes import Everything, Phrase, Query, all_of, any_of, depth, none_of
from indexer.query.syntax_errors import explain

MAX_CHARACTERS: Final = 2_000
MAX_CLAUSES: Final = 100  # words and fields, words of phrases too
# Elasticsearch rejects more than 30 levels of bool; the filters of a search need two of them.
MAX_LEVELS: Final = 28


def parse(text: str) -> Query:
    """Return the tree of *text*; of blank text: Everything.

    Raises:
        QueryError: *text* is not a query or exceeds the limits; the column counts from 0, and a
            hint always parses.
    """
    try:
        return _parse_query(text)
    except QueryError as mistake:
        if not _is_parsable(mistake.hint):  # the hint corrects one of several mistakes
            mistake.hint = ""
        raise


def first_field(text: str) -> tuple[str, int] | None:
    """Return the first ``field:value`` of *text* and its column; None: it has no field.

    *text* must parse.
    """
    tokens = (token for token in _parser().lex(text) if token.type == "FIELD")
    return next(((str(token), _column(token)) for token in tokens), None)


def _parse_query(text: str) -> Query:
    if len(text) > MAX_CHARACTERS:
        message = f"The query is longer than {MAX_CHARACTERS:,} characters."
        raise QueryError(message, column=MAX_CHARACTERS)
    try:
        part: _Part = _parser().parse(text)  # type: ignore[assignment]  # the result of _TreeBuilder.start
    except (UnexpectedCharacters, UnexpectedToken) as error:
        raise explain(error, text) from None
    return part.query


def _is_parsable(text: str) -> bool:
    try:
        _parse_query(text)
    except QueryError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Part:
    """A partial tree with its column in the text and its number of clauses."""

    query: Query
    column: int
    clauses: int


class _TreeBuilder(Transformer[Token, _Part]):
    """A builder that lark calls while it parses: no parse tree, no recursion, no state."""

    def start(self, parts: list[_Part | None]) -> _Part:
        """Build the whole text, which may be blank."""
        return parts[0] or _Part(Everything(), 0, 0)

    def either(self, parts: list[_Part]) -> _Part:
        """Build ``a OR b``."""
        return _check_limits(any_of(part.query for part in parts), parts)

    def both(self, parts: list[_Part]) -> _Part:
        """Build ``a b`` or ``a AND b``."""
        return _check_limits(all_of(part.query for part in parts), parts)

    def negation(self, parts: tuple[Token, _Part]) -> _Part:
        """Build ``NOT a`` or ``-a``."""
        return _check_limits(none_of(parts[1].query), [parts[1]])

    def word(self, parts: list[Token]) -> _Part:
        """Build ``a``; a phrase if it has several words, such as ``don't``."""
        return _phrase(parts[0])

    def quoted(self, parts: list[Token]) -> _Part:
        """Build ``"a b"``."""
        return _phrase(parts[0])

    def field(self, parts: list[Token]) -> _Part:
        """Build ``name:value``."""
        name, _, value = parts[0].partition(":")
        column = _column(parts[0])
        return _Part(build_field(name, _unquote(value), column=column), column, 1)


def _phrase(token: Token) -> _Part:
    terms = tuple(index_words(token))
    if not terms:
        message = f"“{token}” contains no letter or digit to search for."
        raise QueryError(message, column=_column(token))
    return _check_limits(Phrase(terms), [_Part(Everything(), _column(token), len(terms))])


def _check_limits(query: Query, parts: list[_Part]) -> _Part:
    clauses = sum(part.clauses for part in parts)
    if clauses > MAX_CLAUSES:
        message = f"A query can have at most {MAX_CLAUSES} words and fields."
        raise QueryError(message, column=parts[-1].column)
    if depth(query) > MAX_LEVELS:
        message = f"Brackets and NOT can be nested at most {MAX_LEVELS} levels deep."
        raise QueryError(message, column=parts[0].column)
    return _Part(query, parts[0].column, clauses)


def _unquote(value: str) -> str:
    if not value.startswith(('"', "“", "”", "„", "«", "»")):
        return value
    pieces = value[1:-1].split("\\\\")  # escaped backslashes first, then escaped marks
    return "\\".join(piece.replace("\\", "") for piece in pieces)


def _column(token: Token) -> int:
    return token.start_pos or 0


@cache
def _parser() -> Lark:
    return Lark.open(
        "grammar.lark", rel_to=__file__, parser="lalr", lexer="basic", transformer=_TreeBuilder()
    )
