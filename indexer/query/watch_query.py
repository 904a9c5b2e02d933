"""Queries of watches: a crawl matches them with bare texts, so they need words."""

from typing import Final

from core.errors import QueryError
from indexer.query.nodes import And, Or, Phrase, Query, all_of
from indexer.query.parser import first_field, parse

_EXAMPLE: Final = Phrase(("yourbrand",))


def compile_watch(text: str) -> Query:
    """Parse the query of a watch: words and phrases; each matching text contains one of them.

    Raises:
        QueryError: it does not parse, names a field, or matches texts without any of its words.
    """
    query = parse(text)
    if first_match := first_field(text):
        field, column = first_match
        message = f"A watch query can only use words, not fields such as {field}."
        raise QueryError(message, column=column)
    if required_terms(query) is None:
        message = "A watch needs a required word: this query matches texts with none of its words."
        raise QueryError(message, column=0, hint=str(all_of([_EXAMPLE, query])))
    return query


def required_terms(query: Query) -> frozenset[str] | None:
    """Return words such that every matching text contains one; None: no such words exist.

    Of several choices the rarest words are returned. A longer word counts as rarer (Zipf's law of
    abbreviation), because a crawl has no word counts of a corpus.
    """
    match query:
        case Phrase(words):
            return frozenset({max(words, key=len)})
        case And(parts):
            return max(filter(None, map(required_terms, parts)), key=_rarity, default=None)
        case Or(parts):
            term_sets = list(filter(None, map(required_terms, parts)))
            return frozenset().union(*term_sets) if len(term_sets) == len(parts) else None
    return None


def _rarity(words: frozenset[str]) -> tuple[int, int]:
    return min(map(len, words)), -len(words)
