"""Which parts of a text made it a hit: one answer for every engine."""

from collections.abc import Mapping, Sequence

from indexer.index_tokens import Word, index_tokens, places, runs
from indexer.query.nodes import Query, positive_phrases

Span = tuple[int, int]  # text[start:end]


def highlights(query: Query, text: str) -> list[Span]:
    """Where *text* says the positive words and phrases of *query*: ascending, never overlapping."""
    return each({"": query}, text)[""]


def each(queries: Mapping[str, Query], text: str) -> dict[str, list[Span]]:
    """The :func:`highlights` of each of *queries*, by its key; the text is cut into words once."""
    tokens = index_tokens(text) if queries else []
    where = places([word for word, _, _ in tokens])
    return {key: _said(query, tokens, where) for key, query in queries.items()}


def _said(query: Query, tokens: Sequence[Word], where: Mapping[str, list[int]]) -> list[Span]:
    found: set[Span] = set()
    for phrase in positive_phrases(query):
        length = len(phrase.words)
        found.update(
            (tokens[at][1], tokens[at + length - 1][2]) for at in runs(phrase.words, where)
        )
    return _merged(sorted(found))


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
