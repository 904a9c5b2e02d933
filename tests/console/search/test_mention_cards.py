"""Highlighted parts and excerpts of texts."""

from hypothesis import given
from hypothesis import strategies as st

from console.search.mention_cards import MAX_TEXT_LENGTH, highlighted_excerpt, highlighted_parts
from indexer.highlight import highlights
from indexer.query import parse

sayings = st.sampled_from(["brake ", "Loud ", "x", "é", "\u202e", "\n", "brake" * 9])
texts = st.lists(sayings, max_size=300).map("".join)


@given(texts)
def test_the_pieces_joined_are_the_text(text):
    cut = list(highlighted_parts(text, highlights(parse("brake OR loud"), text)))
    assert "".join(piece.text for piece in cut) == text
    assert all(piece.text.lower() in ("brake", "loud") for piece in cut if piece.is_hit)


@given(texts, st.integers(0, 3000))
def test_an_excerpt_is_short_and_keeps_its_first_hit(text, padding):
    whole = "y" * padding + " brake " + text
    cut = list(highlighted_excerpt(whole, highlights(parse("brake"), whole)))
    assert sum(len(piece.text) for piece in cut) <= MAX_TEXT_LENGTH + len("…  …")
    assert any(piece.is_hit for piece in cut)


def test_what_is_left_out_of_an_excerpt_is_marked():
    whole = "y " * 1000 + "brake" + " z" * 1000
    cut = [piece.text for piece in highlighted_excerpt(whole, highlights(parse("brake"), whole))]
    assert (cut[0], cut[-1]) == ("… ", " …")
    assert [piece.text for piece in highlighted_excerpt("brake", [])] == ["brake"]
