"""Queries in the language of Elasticsearch."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.elasticsearch.dsl import all_conditions, build_query, compile_query
from indexer.query import Field, Phrase, parse
from indexer.query.nodes import depth
from indexer.request import Filters
from tests.indexer.factories import NOON, SECOND, queries, random_posts


def levels(dsl: Any) -> int:
    """Return the number of nested bools."""
    if isinstance(dsl, dict):
        return max(((key == "bool") + levels(inner) for key, inner in dsl.items()), default=0)
    return max(map(levels, dsl), default=0) if isinstance(dsl, list) else 0


def keys(dsl: Any) -> Iterator[str]:
    """Yield every key at any depth."""
    if isinstance(dsl, dict):
        yield from dsl
    for inner in dsl.values() if isinstance(dsl, dict) else dsl if isinstance(dsl, list) else ():
        yield from keys(inner)


@given(queries(random_posts(40)))
def test_bools_are_no_deeper_than_the_query(query):
    """Filters add at most two levels; the server accepts 30."""
    assert levels(compile_query(query)) <= depth(query)
    filters = Filters(since=NOON, fields={"source": ("a", "b")})
    assert levels(build_query(query, filters)) <= depth(query) + 2


@given(st.text(min_size=1))
def test_value_never_changes_the_structure(value):
    """No value is parsed as syntax: the keys are the same for every value."""
    assert {*keys(compile_query(Field("source", value)))} == {
        *keys(compile_query(Field("source", "x")))
    }
    assert {*keys(compile_query(Phrase((value, "b"))))} == {
        *keys(compile_query(Phrase(("a", "b"))))
    }


@pytest.mark.parametrize(
    ("since", "until", "bounds"),
    [
        (NOON, None, {"gte": SECOND}),
        (None, NOON, {"lt": SECOND}),
        (NOON + timedelta(milliseconds=1), NOON + timedelta(milliseconds=1),
         {"gte": SECOND + 1, "lt": SECOND + 1}),
    ],
)  # fmt: skip
def test_time_ranges_are_half_open_in_whole_seconds(since, until, bounds):
    """Second s is at or after t if s >= ceil(t), and before t if s < ceil(t)."""
    dsl = build_query(parse(""), Filters(since=since, until=until))
    times = dsl["bool"]["filter"][0]["range"]["@timestamp"]
    assert times == {**bounds, "format": "epoch_second"}


def test_without_times_there_is_no_range():
    assert "range" not in {*keys(build_query(parse("a -b"), Filters(fields={"source": ("x",)})))}


def test_no_filters_match_everything():
    assert all_conditions(Filters()) == {"bool": {"filter": []}}
