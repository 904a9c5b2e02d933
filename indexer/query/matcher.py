"""Does one text, or one document, fit a query? What the engines find must agree with it."""

from collections.abc import Collection, Mapping, Sequence

from indexer.index_tokens import runs
from indexer.query.nodes import And, Field, Not, Or, Phrase, Query


def matches(
    query: Query,
    where: Mapping[str, Sequence[int]],
    fields: Mapping[str, Collection[str]],
) -> bool:
    """Whether *query* holds.

    Args:
        where: the places of each word of the text (indexer.index_tokens.places).
        fields: the values of each field; a field that is not in it has none.
    """
    match query:
        case Phrase(words):
            return bool(runs(words, where))
        case Field(name, value):
            return value in fields.get(name, ())
        case And(parts):
            return all(matches(part, where, fields) for part in parts)
        case Or(parts):
            return any(matches(part, where, fields) for part in parts)
        case Not(part):
            return not matches(part, where, fields)
    return True  # Everything
