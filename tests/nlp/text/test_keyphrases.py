"""nlp.text.keyphrases: the key phrases of a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.stopwords import stop_words
from core.tokenizer import tokenize
from nlp.text.keyphrases import MAX_PHRASE_WORDS, MAX_PHRASES, extract_phrases


@pytest.mark.parametrize(
    ("text", "language", "expected_phrases"),
    [
        ("The battery died. The battery!", "en", ("battery", "battery died")),
        ("Der Akku ist kaputt, die Bremse auch", "de", ("akku", "kaputt", "bremse")),
        ("Customer-service is a joke", "en", ("customer-service", "joke")),
        ("it is what it is, 42", "en", ()),
        ("Größe und Länge", "de", ("größe", "länge")),
        ("The battery died", "xx", ()),
        ("The battery died", None, ()),
        ("", "en", ()),
    ],
)
def test_phrases_of_a_text(text, language, expected_phrases):
    """More frequent phrases come first, then longer ones; accents stay."""
    assert set(extract_phrases(text, language)) == set(expected_phrases)
    assert extract_phrases(text, language)[:1] == expected_phrases[:1] or len(expected_phrases) > 1


def test_a_repeated_phrase_comes_first():
    assert extract_phrases("A loud brake. A red frame. A loud brake.", "en")[0] == "loud brake"


@settings(max_examples=40)
@given(st.text(max_size=200), st.sampled_from(["en", "de", "fr", "es", "it", "pt", "ar"]))
def test_a_phrase_is_short_occurs_in_the_text_and_has_no_stop_word(text, language):
    phrases = extract_phrases(text, language)
    assert len(phrases) <= MAX_PHRASES
    assert all(phrase in text.lower() for phrase in phrases)
    for phrase in phrases:
        assert 1 <= len(tokenize(phrase)) <= MAX_PHRASE_WORDS
        assert stop_words(language).isdisjoint(tokenize(phrase))
