"""The one tokenizer of Harken."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.tokenizer import Token, tokenize, tokenize_with_spans

TEXTS = st.text(st.sampled_from("aZ9é ß_'-漢カไ😡™𝗔①½İ\u0301\u200d\ufe0f\n")) | st.text()


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("The E-Bike's brake, v2.0!", ["the", "e", "bike", "s", "brake", "v2", "0"]),
        ("Crème brûlée in GRÖSSE", ["creme", "brulee", "in", "grosse"]),
        ("Cre\u0300me", ["creme"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("İstanbul ΟΔΟΣ οδός", ["istanbul", "οδοσ", "οδοσ"]),
        ("#recall @acme_bikes", ["recall", "acme", "bikes"]),
        ("漢字かな", ["漢", "字", "か", "な"]),
        ("neue漢字Bremse", ["neue", "漢", "字", "bremse"]),
        ("bad😡😡brake", ["bad", "😡", "😡", "brake"]),
        ("Acme™", ["acme", "™"]),
        ("soft\u00adhy\u200bphen", ["softhyphen"]),
        ("𝗔𝗖𝗠𝗘 Ａｃｍｅ ℌ ①", ["acme", "acme", "h", "1"]),
        ("½", ["1", "2"]),
        ("हिन्दी भाषा", ["हिनदी", "भाषा"]),
        ("\ud800 \x00", []),
    ],
)
def test_texts_are_cut_as_readers_of_them_would(text, cut):
    assert tokenize(text) == cut


@given(TEXTS)
def test_tokens_are_the_words_each_with_its_place(text):
    assert [t.word for t in tokenize_with_spans(text)] == tokenize(text)


@given(TEXTS)
def test_places_lie_in_order_inside_the_text(text):
    ends = 0
    for token in tokenize_with_spans(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.start >= ends - 1  # one character may hold two words: ½
        ends = token.end


@given(TEXTS)
@example("𝗔")
def test_words_are_their_own_words(text):
    """So the stored text of an index has the same words."""
    assert tokenize(" ".join(tokenize(text))) == tokenize(text)


@given(TEXTS)
def test_no_word_is_empty_or_holds_a_space(text):
    assert all(w and w.split() == [w] for w in tokenize(text))


@given(st.text(st.characters(max_codepoint=127)))
def test_case_means_nothing(text):
    assert tokenize(text.upper()) == tokenize(text.lower()) == tokenize(text)


def test_a_place_cuts_the_word_out_of_the_text_with_its_accents():
    text = "«Cre\u0300me»: 2 Größen"
    assert [text[t.start : t.end] for t in tokenize_with_spans(text)] == [
        "Cre\u0300me",
        "2",
        "Größen",
    ]
    assert tokenize_with_spans("Größe") == [Token("grosse", 0, 5)]
