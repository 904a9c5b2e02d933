"""Matching of texts with watches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.watch import Watch
from indexer.index_tokens import index_words, term_positions
from indexer.percolate import Percolator
from indexer.query.matcher import matches
from indexer.query.watch_query import compile_watch
from tests.indexer.factories import random_posts

QUERIES = ["acme", "acme phone", '"acme phone"', "recall OR crème -été", "電池", "(x1 OR 😀) -acme"]
TEXTS = random_posts(100)


def watch(slug: str, query: str) -> Watch:
    return Watch(slug=slug, name=slug, kind="brand", query=query, revision=f"{slug}-1")


WATCHES = [watch(f"w{at}", query) for at, query in enumerate(QUERIES)]


@given(st.lists(st.sampled_from(TEXTS), max_size=4).map(" … ".join))
def test_text_matches_the_watches_whose_queries_match(text):
    """Required terms only save time: comparing every watch gives the same."""
    positions = term_positions(index_words(text))
    revisions = {
        one.slug: one.revision
        for one in WATCHES
        if matches(compile_watch(one.query), positions, {})
    }
    assert Percolator(WATCHES).match(text) == revisions


def test_several_matches_are_sorted():
    percolator = Percolator([watch("b", "phone OR battery"), watch("a", "acme"), watch("c", "tv")])
    revisions = percolator.match("ACME phone, battery included")
    assert list(revisions.items()) == [("a", "a-1"), ("b", "b-1")]


def test_no_watches_and_no_text_match_nothing():
    assert Percolator([]).match("acme") == {}
    assert Percolator(WATCHES).match("") == {}


def test_invalid_watch_is_an_error_with_its_name():
    with pytest.raises(ConfigError, match="watch 'bad': query, character 6: This bracket"):
        Percolator([watch("good", "acme"), watch("bad", "acme (phone")])
