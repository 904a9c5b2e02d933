"""Highlights: the positions of the words of a query in a text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.highlight import highlights
from indexer.index_tokens import index_words
from indexer.query import parse
from indexer.query.nodes import positive_phrases
from tests.indexer.factories import queries, random_posts

TEXTS = random_posts(60)


@pytest.mark.parametrize(
    ("query", "text_with_marks"),
    [
        ("brake", "The [brake], the [BRAKE]!"),
        ('"the brake"', "[The brake], [the BRAKE]!"),
        ('"brake the" "the brake"', "[The brake, the BRAKE]!"),
        ("-brake", "The brake, the BRAKE!"),
        ("the -brake", "[The] brake, [the] BRAKE!"),
        ("", "The brake, the BRAKE!"),
        ("creme", "Une [Crème]"),
        ("don't", "I [don’t]"),
        ("池", "電[池]"),
        ("電池", "[電池]"),
        ("😀", "so[😀]so"),
    ],
)
def test_highlights(query, text_with_marks):
    text = text_with_marks.replace("[", "").replace("]", "")
    spans = [f"[{text[start:end]}]" for start, end in highlights(parse(query), text)]
    rest = text_with_marks
    for span in spans:
        assert span in rest
        rest = rest.partition(span)[2]
    assert len(spans) == text_with_marks.count("[")


@given(queries(TEXTS), st.lists(st.sampled_from(TEXTS), max_size=4).map(" ".join))
def test_every_highlight_is_a_word_of_the_query(query, text):
    """Highlights are ascending, separate, inside the text, and consist of words of the query."""
    spans = highlights(query, text)
    query_words = {word for phrase in positive_phrases(query) for word in phrase.words}
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(set(index_words(text[start:end])) <= query_words for start, end in spans)
