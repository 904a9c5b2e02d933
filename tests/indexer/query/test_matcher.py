"""The matcher, compared with logic and with plain string search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index_tokens import (
    MAX_TERM_LENGTH,
    index_tokens,
    index_words,
    phrase_positions,
    term_positions,
)
from indexer.query import And, Or, Phrase, Query, parse
from indexer.query.matcher import matches
from indexer.query.nodes import none_of
from tests.indexer.factories import queries, random_posts

TEXTS = random_posts(60)
FIELDS = {"source": ("blog", "a feed"), "sentiment": ("negative",)}


def holds(query: Query, text: str) -> bool:
    return matches(query, term_positions(index_words(text)), FIELDS)


@given(queries(TEXTS), queries(TEXTS), st.sampled_from(TEXTS))
def test_and_or_not(one, other, text):
    """AND, OR and NOT are those of Python."""
    first, second = holds(one, text), holds(other, text)
    assert holds(And((one, other)), text) == (first and second)
    assert holds(Or((one, other)), text) == (first or second)
    assert holds(none_of(one), text) == (not first)


@given(
    st.lists(st.sampled_from("abc"), max_size=12),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
)
def test_phrase_is_consecutive_words(words, phrase):
    """It matches wherever the joined words contain the joined phrase, also with repeated words."""
    text, part = "".join(words), "".join(phrase)
    expected = [at for at in range(len(text)) if text.startswith(part, at)]
    assert phrase_positions(phrase, term_positions(words)) == expected
    assert matches(Phrase(tuple(phrase)), term_positions(words), {}) == bool(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", True),
        ("source:blog", True),
        ('source:"a feed"', True),
        ("source:feed", False),
        ("voice:x", False),
        ("-voice:x", True),
        ("brake sentiment:negative", True),
    ],
)
def test_fields_match_whole_values(query, expected):
    assert holds(parse(query), "The brake") is expected


def test_words_have_a_maximum_length():
    """Longer words are cut the same way in texts, queries and highlights."""
    text = "x" * 5_000 + " end"
    assert index_words(text) == ["x" * MAX_TERM_LENGTH, "end"]
    assert [word for word, _, _ in index_tokens(text)] == index_words(text)
    assert holds(parse("x" * 1_500), text)
