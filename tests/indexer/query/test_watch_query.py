"""Queries of watches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from indexer.index_tokens import index_words, term_positions
from indexer.query import And, Field, Not, Or, Query, parse
from indexer.query.matcher import matches
from indexer.query.watch_query import compile_watch, required_terms
from tests.indexer.factories import queries, random_posts

TEXTS = random_posts(60)


@pytest.mark.parametrize("text", ["", "-acme", "acme OR -phone", "-(acme phone)"])
def test_watch_without_a_required_word_is_refused(text):
    with pytest.raises(QueryError, match="needs a required word") as error_info:
        compile_watch(text)
    assert required_terms(compile_watch(error_info.value.hint)) is not None


def test_fields_are_refused():
    """A crawl has no sentiment of a text yet."""
    with pytest.raises(QueryError, match="not fields such as Sentiment:negative") as error_info:
        compile_watch('İ "sentiment: bad" (acme OR -Sentiment:negative)')
    assert error_info.value.column == 29, "neither in the phrase nor shifted by a letter that grows"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acme", {"acme"}),
        ('"the acme phone"', {"phone"}),
        ("acme battery", {"battery"}),
        ("acme (phone OR battery)", {"phone", "battery"}),
        ("(globex OR hooli) ev", {"globex", "hooli"}),
        ("acme -recall", {"acme"}),
    ],
)
def test_required_terms_are_the_longest_words(text, expected):
    assert required_terms(compile_watch(text)) == expected


def has_field(query: Query) -> bool:
    match query:
        case And(parts) | Or(parts):
            return any(map(has_field, parts))
        case Not(part):
            return has_field(part)
    return isinstance(query, Field)


@given(queries(TEXTS), st.sampled_from(TEXTS))
def test_every_match_contains_a_required_term(query, text):
    """A text is therefore compared only with watches that have a term of it."""
    positions, anchors = term_positions(index_words(text)), required_terms(query)
    if anchors is not None and not has_field(query) and matches(query, positions, {}):
        assert anchors & set(positions)


@given(queries(TEXTS))
def test_compiled_query_equals_the_parsed_one(query):
    if has_field(query) or required_terms(query) is None:
        with pytest.raises(QueryError):
            compile_watch(str(query))
    else:
        assert compile_watch(str(query)) == parse(str(query))
