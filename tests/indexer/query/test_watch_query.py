"""Queries that listen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from indexer.index_tokens import index_words, term_positions
from indexer.query import And, Field, Not, Or, Query, parse
from indexer.query.matcher import matches
from indexer.query.watch_query import compile_watch, required_terms
from tests.indexer.factories import invented_posts, queries

TEXTS = invented_posts(60)


@pytest.mark.parametrize("text", ["", "-acme", "acme OR -phone", "-(acme phone)"])
def test_a_watch_without_a_word_to_listen_for_is_refused(text):
    with pytest.raises(QueryError, match="needs a required word") as caught:
        compile_watch(text)
    assert required_terms(compile_watch(caught.value.hint)) is not None


def test_a_watch_names_no_field():
    """A crawl knows a text, not its sentiment."""
    with pytest.raises(QueryError, match="not fields such as Sentiment:negative") as caught:
        compile_watch('İ "sentiment: bad" (acme OR -Sentiment:negative)')
    assert caught.value.column == 29, "neither in the phrase nor shifted by a letter that grows"


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
def test_anchors_are_the_longest_words(text, expected):
    assert required_terms(compile_watch(text)) == expected


def has_field(query: Query) -> bool:
    match query:
        case And(parts) | Or(parts):
            return any(map(has_field, parts))
        case Not(part):
            return has_field(part)
    return isinstance(query, Field)


@given(queries(TEXTS), st.sampled_from(TEXTS))
def test_every_match_says_an_anchor(query, text):
    """So that a text needs to be judged only by watches whose anchors it says."""
    where, found = term_positions(index_words(text)), required_terms(query)
    if found is not None and not has_field(query) and matches(query, where, {}):
        assert found & set(where)


@given(queries(TEXTS))
def test_what_compiles_is_what_parses(query):
    if has_field(query) or required_terms(query) is None:
        with pytest.raises(QueryError):
            compile_watch(str(query))
    else:
        assert compile_watch(str(query)) == parse(str(query))
