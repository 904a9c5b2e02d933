"""Highlighted parts and excerpts of texts."""

from hypothesis import given
from hypothesis import strategies as st

from console.search.mention_cards import MAX_TEXT_LENGTH, highlighted_excerpt, highlighted_parts
from indexer.highlight import highlights
from indexer.query import parse

words = st.sampled_from(["brake ", "Loud ", "x", "é", "\u202e", "\n", "brake" * 9])
texts = st.lists(words, max_size=300).map("".join)


@given(texts)
def test_highlighted_parts_join_to_the_text(text):
    pieces = list(highlighted_parts(text, highlights(parse("brake OR loud"), text)))
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text.lower() in ("brake", "loud") for piece in pieces if piece.is_hit)


@given(texts, st.integers(0, 3000))
def test_excerpt_is_short_and_contains_a_hit(text, padding):
    long_text = "y" * padding + " brake " + text
    pieces = list(highlighted_excerpt(long_text, highlights(parse("brake"), long_text)))
    assert sum(len(piece.text) for piece in pieces) <= MAX_TEXT_LENGTH + len("…  …")
    assert any(piece.is_hit for piece in pieces)


def test_omissions_of_an_excerpt_are_marked():
    text = "y " * 1000 + "brake" + " z" * 1000
    pieces = [piece.text for piece in highlighted_excerpt(text, highlights(parse("brake"), text))]
    assert (pieces[0], pieces[-1]) == ("… ", " …")
    assert [piece.text for piece in highlighted_excerpt("brake", [])] == ["brake"]
