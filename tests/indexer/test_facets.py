"""Exact facets from engines with approximate ones."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from indexer.facets import rank_values, top_values


def shard(values, seed):
    """Return random counts of *values* values, few of them large, so that shards differ."""
    random = Random(seed)
    return {
        str(random.randrange(3 * values)): random.choice([1, 1, 1, 2, 9]) for _ in range(values)
    }


SHARDS = st.lists(st.builds(shard, st.integers(1, 1_500), st.integers()), min_size=1, max_size=3)


def shard_response(shards, size):
    """Return a response as of an engine: each shard cuts its list, the error is a bound of that."""
    lists = [rank_values(shard, size) for shard in shards]
    counts = Counter()
    for values in lists:
        counts.update(dict(values))
    whole = sum(sum(shard.values()) for shard in shards)
    rows = rank_values(counts, size)
    last_counts = [
        values[-1][1] for values, shard in zip(lists, shards, strict=True) if len(shard) > size
    ]
    return {
        "buckets": [{"key": key, "doc_count": count} for key, count in rows],
        "sum_other_doc_count": whole - sum(count for _, count in rows),
        "doc_count_error_upper_bound": sum(last_counts),
    }


@given(SHARDS, st.integers(1, 30))
def test_top_values_are_those_of_all_shards(shards, n):
    """This holds for any cut of the shards; ties are sorted by value."""
    counts = sum(map(Counter, shards), Counter())
    assert top_values(lambda size: shard_response(shards, size), n) == rank_values(counts, n)


def test_few_values_need_one_request():
    sizes = []

    def search(size):
        sizes.append(size)
        return shard_response([{"a": 2, "b": 1}], size)

    assert top_values(search, 5) == [("a", 2), ("b", 1)]
    assert sizes == [100]
