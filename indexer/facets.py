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
    size = min(max(10 * n, 100), MAX_VALUES)
    answer = aggregate(size)
    while not _is_exact(answer, n) and size < MAX_VALUES:
        size = min(10 * size, MAX_VALUES)
        answer = aggregate(size)
    return rank_values({bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]}, n)


def rank_values(counts: Mapping[str, int], n: int) -> FacetCounts:
    """Return the *n* largest of *counts*, ties by value."""
    return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:n]


def _is_exact(answer: Mapping[str, Any], n: int) -> bool:
    if answer["sum_other_doc_count"] == 0:
        return True
    # No value that was cut may belong to the first n, not even by a tie.
    counts = [bucket["doc_count"] for bucket in answer["buckets"]]
    return bool(answer["doc_count_error_upper_bound"] == 0 and counts[n - 1 : n] > counts[-1:])
