"""Pages and the marks between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from indexer.change import EARLIEST, LATEST
from indexer.query import Everything, parse
from indexer.results import LAST_RANK, Mark, Sort, effective, hit, mark, page, rank
from tests.indexer.factories import SECOND, key, shown


def rows(n):
    return [
        hit(shown(f"n{number}", published=SECOND - number), Everything()) for number in range(n)
    ]


@given(st.integers(EARLIEST, LATEST - 1), st.integers(0, 2**128 - 1))
def test_a_mark_survives_the_address_of_a_page(published, number):
    written = Mark(published, f"{number:032x}")
    assert mark(str(written)) == written


def test_the_last_page_has_no_next():
    assert page(2, rows(2), size=2).next is None
    assert page(0, [], size=2) == page(0, [], size=2, start=0)


def test_the_next_page_begins_behind_the_last_hit_shown():
    found = page(9, rows(3), size=2)
    assert [one.id for one in found.hits] == [key("n0"), key("n1")]
    assert found.next is not None
    assert mark(found.next) == Mark(SECOND - 1, key("n1"))
    assert page(9, rows(3), size=2, start=4).next == "6"


def test_relevance_is_not_read_for_ever():
    assert page(99_999, rows(3), size=2, start=LAST_RANK - 2).next == str(LAST_RANK)
    assert page(99_999, rows(3), size=2, start=LAST_RANK - 1).next is None
    assert (rank(None), rank("0"), rank(str(LAST_RANK))) == (0, 0, LAST_RANK)


@pytest.mark.parametrize("after", ["", "-1", "1e3", "٣", str(LAST_RANK + 1), "7\n"])
def test_a_forged_rank_is_refused(after):
    with pytest.raises(QueryError, match="Start at the first page"):
        rank(after)


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        ("acme", Sort.RELEVANCE),
        ("", Sort.NEWEST),
        ("-acme", Sort.NEWEST),
        ("source:x", Sort.NEWEST),
    ],
)
def test_only_words_can_be_ranked_by(query, sort):
    assert effective(Sort.RELEVANCE, parse(query)) is sort
    assert effective(Sort.NEWEST, parse(query)) is Sort.NEWEST
