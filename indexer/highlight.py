"""The parts of a text that matched a query, equal for every engine."""

from collections.abc import Mapping, Sequence

from indexer.index_tokens import TermSpan, index_tokens, phrase_positions, term_positions
from indexer.query.nodes import Query, positive_phrases

Span = tuple[int, int]  # text[start:end]


def highlights(query: Query, text: str) -> list[Span]:
    """Return the spans of the positive words and phrases of *query* in *text*.

    Spans are ascending and never overlap.
    """
    return highlights_by_query({"": query}, text)[""]


def highlights_by_query(queries: Mapping[str, Query], text: str) -> dict[str, list[Span]]:
    """Return the :func:`highlights` of each of *queries*, by its key; tokenize *text* once."""
    tokens = index_tokens(text) if queries else []
    positions = term_positions([word for word, _, _ in tokens])
    return {key: _phrase_spans(query, tokens, positions) for key, query in queries.items()}


def _phrase_spans(
    query: Query, tokens: Sequence[TermSpan], positions: Mapping[str, list[int]]
) -> list[Span]:
    spans: set[Span] = set()
    for phrase in positive_phrases(query):
        length = len(phrase.words)
        spans.update(
            (tokens[position][1], tokens[position + length - 1][2])
            for position in phrase_positions(phrase.words, positions)
        )
    return _merge_overlaps(sorted(spans))


def _merge_overlaps(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end in spans:
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
