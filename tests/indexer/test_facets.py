"""Exact lists from engines that cut theirs."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from indexer.facets import rank_values, top_values


def shard(values, seed):
    """Counts of so many values, few of them large: lists of shards differ at their ends."""
    random = Random(seed)
    return {
        str(random.randrange(3 * values)): random.choice([1, 1, 1, 2, 9]) for _ in range(values)
    }


SHARDS = st.lists(st.builds(shard, st.integers(1, 1_500), st.integers()), min_size=1, max_size=3)


def cut(shards, size):
    """As an engine answers: each shard cuts its list, and the error is what may have been cut."""
    lists = [rank_values(shard, size) for shard in shards]
    counts = Counter()
    for values in lists:
        counts.update(dict(values))
    whole = sum(sum(shard.values()) for shard in shards)
    kept = rank_values(counts, size)
    lost = [values[-1][1] for values, shard in zip(lists, shards, strict=True) if len(shard) > size]
    return {
        "buckets": [{"key": key, "doc_count": count} for key, count in kept],
        "sum_other_doc_count": whole - sum(count for _, count in kept),
        "doc_count_error_upper_bound": sum(lost),
    }


@given(SHARDS, st.integers(1, 30))
def test_the_list_is_that_of_all_shards(shards, n):
    """Whatever the shards cut, and with ties by value."""
    counts = sum(map(Counter, shards), Counter())
    assert top_values(lambda size: cut(shards, size), n) == rank_values(counts, n)


def test_few_values_cost_one_question():
    asked = []

    def ask(size):
        asked.append(size)
        return cut([{"a": 2, "b": 1}], size)

    assert top_values(ask, 5) == [("a", 2), ("b", 1)]
    assert asked == [100]
