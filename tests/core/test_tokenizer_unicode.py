"""Words of every script: properties over all of Unicode, and texts that break weaker tokenizers."""

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
def test_tokenization_of_every_character_is_idempotent():
    """An index stores the words and splits a query: a second pass must change nothing."""
    text = " ".join(map(chr, range(sys.maxunicode + 1)))
    words = tokenize(text)
    assert tokenize(" ".join(words)) == words


@pytest.mark.slow
def test_every_letter_and_digit_has_a_token():
    """Except some Arabic vowel signs alone: they are accents without a letter."""
    kinds = ("Lu", "Ll", "Lt", "Lo", "Nd")
    characters = [
        c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in kinds
    ]
    without_token = unicodedata.normalize("NFKD", "".join(c for c in characters if not tokenize(c)))
    assert {unicodedata.category(c) for c in without_token} == {"Mn", "Zs"}


# ---- laws


@given(HOSTILE, HOSTILE)
def test_space_separates_any_texts(one, other):
    assert tokenize(f"{one} {other}") == tokenize(one) + tokenize(other)


@given(HOSTILE)
def test_composition_is_ignored(text):
    """Platforms send é as one character or as two; each matches the other."""
    forms = {tuple(tokenize(unicodedata.normalize(form, text))) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@given(HOSTILE)
def test_span_contains_its_word(text):
    for token in tokenize_with_spans(text):
        part = text[token.start : token.end]
        assert token.word in tokenize(part)


@given(HOSTILE)
def test_text_between_spans_contains_no_word(text):
    """The spans cover every word."""
    ends, between = 0, []
    for token in tokenize_with_spans(text):
        between.append(text[ends : max(ends, token.start)])
        ends = max(ends, token.end)
    assert [tokenize(gap) for gap in [*between, text[ends:]] if tokenize(gap)] == []


# ---- texts


@pytest.mark.parametrize(
    ("text", "tokens"),
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
def test_texts_of_many_scripts(text, tokens):
    assert tokenize(text) == tokens


def test_very_long_text_is_tokenized_completely():
    text = "Größe 漢 😡 " * 20_000
    assert tokenize(text) == ["grosse", "漢", "😡"] * 20_000
    assert tokenize_with_spans(text)[-1].end == len(text) - 1


def test_text_without_words_has_no_tokens():
    for text in ("", " ", "...", "\u0301", "\u200d\ufeff", "\x00\x1b", "\ud800", "-_-"):
        assert tokenize(text) == tokenize_with_spans(text) == []
