"""Which watches a text concerns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.watch import Watch
from indexer.index_tokens import index_words, term_positions
from indexer.percolate import Percolator
from indexer.query.matcher import matches
from indexer.query.watch_query import compile_watch
from tests.indexer.factories import invented_posts

QUERIES = ["acme", "acme phone", '"acme phone"', "recall OR crème -été", "電池", "(x1 OR 😀) -acme"]
TEXTS = invented_posts(100)


def watch(slug: str, query: str) -> Watch:
    return Watch(slug=slug, name=slug, kind="brand", query=query, revision=f"{slug}-1")


WATCHES = [watch(f"w{at}", query) for at, query in enumerate(QUERIES)]


@given(st.lists(st.sampled_from(TEXTS), max_size=4).map(" … ".join))
def test_a_text_concerns_the_watches_whose_queries_hold(text):
    """Anchors only save time: asking every watch gives the same."""
    where = term_positions(index_words(text))
    expected = {
        one.slug: one.revision for one in WATCHES if matches(compile_watch(one.query), where, {})
    }
    assert Percolator(WATCHES).match(text) == expected


def test_several_watches_hear_one_text_sorted():
    percolator = Percolator([watch("b", "phone OR battery"), watch("a", "acme"), watch("c", "tv")])
    found = percolator.match("ACME phone, battery included")
    assert list(found.items()) == [("a", "a-1"), ("b", "b-1")]


def test_no_watch_hears_nothing():
    assert Percolator([]).match("acme") == {}
    assert Percolator(WATCHES).match("") == {}


def test_a_watch_that_cannot_be_used_is_named():
    with pytest.raises(ConfigError, match="watch 'bad': query, character 6: This bracket"):
        Percolator([watch("good", "acme"), watch("bad", "acme (phone")])
