"""Texts cut into pieces, and queries repaired."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.search.mention_cards import MAX_TEXT_LENGTH, highlighted_excerpt, highlighted_parts
from console.search.mistakes import apply_hint, explain_mistake
from console.search.params import SearchParams
from core.errors import QueryError
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


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("acme sentimnt:negative -x", "acme sentiment:negative -x"),
        ("sentiment:negativ", "sentiment:negative"),
        ('a languag:"en" b', "a language:en b"),
        ("(brake OR acme", "(brake OR acme)"),
        ("brake) acme", "brake acme"),
        ('acme "loud brake', 'acme "loud brake"'),
    ],
)
def test_the_link_of_a_hint_is_the_whole_query_put_right(query, right):
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert apply_hint(query, caught.value) == right
    parse(right)


def test_without_a_hint_there_is_no_link():
    shown = explain_mistake(QueryError("A word is missing.", column=3), SearchParams(q="a OR"))
    assert (shown.column, shown.hint_url) == (3, "")
