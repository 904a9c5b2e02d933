"""One list of stop words a language, in the form in which texts are compared with it."""

import pytest

from core.stopwords import STOP_WORDS, stop_words
from core.tokenizer import tokenize


@pytest.mark.parametrize("language", STOP_WORDS)
def test_every_word_is_one_token_of_the_tokenizer(language):
    """A word in another form (an accent, an apostrophe) would never match a token."""
    assert [w for w in STOP_WORDS[language] if tokenize(w) != [w]] == []


def test_the_languages_are_those_of_phrases_and_reasons():
    assert set(STOP_WORDS) == {"ar", "de", "en", "es", "fr", "it", "pt"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "don't they themselves"),
        ("de", "für während müssen"),
        ("fr", "même où désormais"),
        ("es", "también según vosotros"),
        ("it", "della sono perché"),
        ("pt", "também você não"),
        ("ar", "هذا التي أيضا"),
    ],
)
def test_grammar_is_on_the_list_of_its_language(language, text):
    assert set(tokenize(text)) <= stop_words(language)


def test_a_language_without_a_list_has_none():
    assert stop_words("xx") is None
    assert stop_words(None) is None


def test_a_subject_is_on_no_list():
    assert not any(
        {"battery", "akku", "batteria", "delivery"} & words for words in STOP_WORDS.values()
    )
