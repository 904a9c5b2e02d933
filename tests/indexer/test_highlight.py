"""Where a text says what was asked for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.highlight import highlights
from indexer.index_tokens import index_words
from indexer.query import parse
from indexer.query.nodes import positive_phrases
from tests.indexer.factories import invented_posts, queries

TEXTS = invented_posts(60)


@pytest.mark.parametrize(
    ("query", "marked"),
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
def test_marks(query, marked):
    text = marked.replace("[", "").replace("]", "")
    spans = [f"[{text[start:end]}]" for start, end in highlights(parse(query), text)]
    rest = marked
    for span in spans:
        assert span in rest
        rest = rest.partition(span)[2]
    assert len(spans) == marked.count("[")


@given(queries(TEXTS), st.lists(st.sampled_from(TEXTS), max_size=4).map(" ".join))
def test_every_mark_is_a_word_that_was_asked_for(query, text):
    """Ascending, apart, inside the text, and made of words of the query."""
    spans = highlights(query, text)
    asked = {word for phrase in positive_phrases(query) for word in phrase.words}
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(set(index_words(text[start:end])) <= asked for start, end in spans)
