"""The reference matcher of a query and one text or document; every engine must agree with it."""

from collections.abc import Collection, Mapping, Sequence

from indexer.index_tokens import phrase_positions
from indexer.query.nodes import And, Field, Not, Or, Phrase, Query


def matches(
    query: Query,
    positions: Mapping[str, Sequence[int]],
    fields: Mapping[str, Collection[str]],
) -> bool:
    """Return whether *query* matches.

    Args:
        query: the tree.
        positions: of each word of the text (indexer.index_tokens.term_positions).
        fields: the values of each field; a missing field has none.
    """
    match query:
        case Phrase(words):
            return bool(phrase_positions(words, positions))
        case Field(name, value):
            return value in fields.get(name, ())
        case And(parts):
            return all(matches(part, positions, fields) for part in parts)
        case Or(parts):
            return any(matches(part, positions, fields) for part in parts)
        case Not(part):
            return not matches(part, positions, fields)
    return True  # Everything
