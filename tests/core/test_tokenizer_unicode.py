"""Words of every script: laws over all of Unicode, and texts that break weaker tokenizers."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokenizer import tokenize, tokenize_with_spans

HOSTILE = st.text(
    st.sampled_from("aÅﬁŉǰΐ①½™漢ガกำ한ᄒ😡🇩🇪👩\u200d\u0301\u0345\u202e\ufeff\x00\x1b\ud800 \n'_-"),
    max_size=12,
)


# ---- all of Unicode


@pytest.mark.slow
def test_every_character_is_cut_into_words_that_are_cut_no_further():
    """An index stores the words and splits a query: a second pass must change nothing."""
    every = " ".join(map(chr, range(sys.maxunicode + 1)))
    once = tokenize(every)
    assert tokenize(" ".join(once)) == once


@pytest.mark.slow
def test_no_letter_and_no_digit_of_any_script_is_lost():
    """Except some Arabic vowel signs alone: they are accents without a letter."""
    kinds = ("Lu", "Ll", "Lt", "Lo", "Nd")
    some = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in kinds]
    silent = unicodedata.normalize("NFKD", "".join(c for c in some if not tokenize(c)))
    assert {unicodedata.category(c) for c in silent} == {"Mn", "Zs"}


# ---- laws


@given(HOSTILE, HOSTILE)
def test_a_space_parts_texts_whatever_they_are(one, other):
    assert tokenize(f"{one} {other}") == tokenize(one) + tokenize(other)


@given(HOSTILE)
def test_how_letters_are_composed_means_nothing(text):
    """Platforms send é as one character or as two; each matches the other."""
    forms = {tuple(tokenize(unicodedata.normalize(form, text))) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@given(HOSTILE)
def test_a_place_holds_its_word(text):
    for token in tokenize_with_spans(text):
        place = text[token.start : token.end]
        assert token.word in tokenize(place)


@given(HOSTILE)
def test_places_and_what_lies_between_are_the_whole_text(text):
    """The text between the spans contains no word."""
    ends, between = 0, []
    for token in tokenize_with_spans(text):
        between.append(text[ends : max(ends, token.start)])
        ends = max(ends, token.end)
    assert [tokenize(gap) for gap in [*between, text[ends:]] if tokenize(gap)] == []


# ---- texts


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("l'été 2026", ["l", "ete", "2026"]),
        ("СКИДКА скидка", ["скидка", "скидка"]),
        ("Ёлка ёлка", ["елка", "елка"]),
        ("שָׁלוֹם", ["שלום"]),
        ("السَّلَام", ["السلام"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("한국어", [unicodedata.normalize("NFD", "한국어")]),
        ("カﾞス", ["カ", "ス"]),
        ("ﬁne ﬁre", ["fine", "fire"]),
        ("a\u202eb\u202c", ["ab"]),
        ("\ufeffacme", ["acme"]),
        ("٣ ३ ３", ["٣", "३", "3"]),
        ("x² H₂O", ["x2", "h2o"]),
        ("👩‍🚀", ["👩", "🚀"]),
        ("e-mail@acme.example", ["e", "mail", "acme", "example"]),
        ("C++ C# .NET", ["c", "c", "net"]),
        ("\x1b[31mred\x1b[0m", ["31mred", "0m"]),
    ],
)
def test_texts_of_many_scripts(text, cut):
    assert tokenize(text) == cut


def test_a_very_long_text_is_cut_whole():
    text = "Größe 漢 😡 " * 20_000
    assert tokenize(text) == ["grosse", "漢", "😡"] * 20_000
    assert tokenize_with_spans(text)[-1].end == len(text) - 1


def test_a_text_without_a_word_has_none():
    for text in ("", " ", "...", "\u0301", "\u200d\ufeff", "\x00\x1b", "\ud800", "-_-"):
        assert tokenize(text) == tokenize_with_spans(text) == []
