"""One list of stop words per language, in the form of the tokenizer."""

import pytest

from core.stopwords import STOP_WORDS, stop_words
from core.tokenizer import tokenize


@pytest.mark.parametrize("language", STOP_WORDS)
def test_every_stop_word_is_one_token(language):
    """A word in another form (an accent, an apostrophe) would never match a token."""
    assert [w for w in STOP_WORDS[language] if tokenize(w) != [w]] == []


def test_languages_with_stop_words():
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
def test_function_words_are_stop_words(language, text):
    assert set(tokenize(text)) <= stop_words(language)


def test_unknown_language_has_no_list():
    assert stop_words("xx") is None
    assert stop_words(None) is None


def test_nouns_are_no_stop_words():
    assert not any(
        {"battery", "akku", "batteria", "delivery"} & words for words in STOP_WORDS.values()
    )
