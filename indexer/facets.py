"""Exact top lists from engines that count each segment or shard and cut the list of each."""

from collections.abc import Callable, Mapping
from typing import Any, Final

# Elasticsearch's search.max_buckets; a list of more values is an estimate of the engine.
MAX_VALUES: Final = 65_535

FacetCounts = list[tuple[str, int]]  # value, mentions; largest count first, ties by value


def top_values(aggregate: Callable[[int], Mapping[str, Any]], n: int) -> FacetCounts:
    """Return the *n* values with the most mentions.

    Args:
        aggregate: returns a ``terms`` aggregation, with the given number of values of each segment
            or shard.
        n: at least 1.
    """
    size = list_size(n)
    answer = aggregate(size)
    while not is_exact(answer, n) and size < MAX_VALUES:
        size = list_size(size)
        answer = aggregate(size)
    return rank_values(value_counts(answer), n)


def list_size(n: int) -> int:
    """Return a number of values from which *n* are probably exact: 100 to MAX_VALUES."""
    return min(max(10 * n, 100), MAX_VALUES)


def value_counts(answer: Mapping[str, Any]) -> dict[str, int]:
    """Return the mentions by value of the ``terms`` aggregation *answer*."""
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]}


def merge_selected(top: FacetCounts, selected_counts: Mapping[str, int]) -> FacetCounts:
    """Return the selected values of a filter, those without mentions too, then the others."""
    return [*selected_counts.items(), *(row for row in top if row[0] not in selected_counts)]


def rank_values(counts: Mapping[str, int], n: int) -> FacetCounts:
    """Return the *n* largest of *counts*, ties by value."""
    return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:n]


def is_exact(answer: Mapping[str, Any], n: int) -> bool:
    """Return True if the first *n* values of the ``terms`` aggregation *answer* are exact."""
    if answer["sum_other_doc_count"] == 0:
        return True
    # No value that was cut may belong to the first n, not even by a tie.
    counts = [bucket["doc_count"] for bucket in answer["buckets"]]
    return bool(answer["doc_count_error_upper_bound"] == 0 and counts[n - 1 : n] > counts[-1:])
