"""Pages of results, and page tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from indexer.change import EARLIEST_SECOND, LATEST_SECOND
from indexer.query import Everything, parse
from indexer.results import (
    MAX_RANK,
    PageToken,
    Sort,
    build_hit,
    effective_sort,
    paginate,
    parse_page_token,
    parse_rank,
)
from tests.indexer.factories import SECOND, key, make_document


def make_hits(n):
    return [
        build_hit(make_document(f"n{number}", published=SECOND - number), Everything())
        for number in range(n)
    ]


@given(st.integers(EARLIEST_SECOND, LATEST_SECOND - 1), st.integers(0, 2**128 - 1))
def test_page_token_round_trips(published, number):
    token = PageToken(published, f"{number:032x}")
    assert parse_page_token(str(token)) == token


def test_last_page_has_no_token():
    hits = make_hits(2)
    assert paginate(hits, 2) == (tuple(hits), None)
    assert paginate([], 2) == paginate([], 2, 0) == ((), None)


def test_next_page_begins_after_the_last_hit():
    hits, token = paginate(make_hits(3), 2)
    assert [hit.id for hit in hits] == [key("n0"), key("n1")]
    assert token is not None
    assert parse_page_token(token) == PageToken(SECOND - 1, key("n1"))
    assert paginate(make_hits(3), 2, 4)[1] == "6"


def test_pages_by_relevance_are_limited():
    assert paginate(make_hits(3), 2, MAX_RANK - 2)[1] == str(MAX_RANK)
    assert paginate(make_hits(3), 2, MAX_RANK - 1)[1] is None
    assert (parse_rank(None), parse_rank("0"), parse_rank(str(MAX_RANK))) == (0, 0, MAX_RANK)


@pytest.mark.parametrize("after", ["", "-1", "1e3", "٣", str(MAX_RANK + 1), "7\n"])
def test_invalid_rank_is_refused(after):
    with pytest.raises(QueryError, match="Start at the first page"):
        parse_rank(after)


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        ("acme", Sort.RELEVANCE),
        ("", Sort.NEWEST),
        ("-acme", Sort.NEWEST),
        ("source:x", Sort.NEWEST),
    ],
)
def test_only_queries_with_words_are_sorted_by_relevance(query, sort):
    assert effective_sort(Sort.RELEVANCE, parse(query)) is sort
    assert effective_sort(Sort.NEWEST, parse(query)) is Sort.NEWEST
