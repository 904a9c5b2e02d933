"""nlp.text.normalize: words stay; invisible characters, commands and accounts go."""

import re
import unicodedata

import pytest
from hypothesis import given

from core.tokenizer import tokenize
from nlp.text.normalize import clean, strip_invisible
from tests.nlp.factories import texts

# Parts that are removed or replaced; the law of words is about all others.
_REPLACED = re.compile(r"(?i)@|www|http|\x1b|[\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]")


@given(texts)
def test_cleaning_is_idempotent(text):
    assert clean(clean(text)) == clean(text)


@given(texts)
def test_no_word_is_lost_added_or_moved(text):
    harmless = _REPLACED.sub(" ", text)
    assert tokenize(clean(harmless)) == tokenize(harmless)


@given(texts)
def test_no_invisible_character_is_left(text):
    assert not {unicodedata.category(c) for c in clean(text)} & {"Cc", "Cf", "Cs"}


@given(texts)
def test_white_space_is_single_spaces(text):
    assert clean(text) == " ".join(clean(text).split())


@given(texts)
def test_result_can_be_encoded(text):
    clean(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@ada look https://x.example/a?b=c#d now", "@user look http now"),
        ("see www.x.example.", "see http"),
        ("thanks @ada@social.example!", "thanks @user!"),
        ("mail me at ada@x.example", "mail me at ada@x.example"),
        ("@a @b @c @d hello", "@user @user hello"),
        ("so 😡😡😡 now", "so pouting face now"),
        ("well done 👍🏽", "well done thumbs up sign"),
        ("I ❤️ it", "I heavy black heart it"),
        ("it’s “fine”", 'it\'s "fine"'),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07alert", "red alert"),
        ("a\u202eb\u200bc\u00add", "abcd"),
        ("one\r\n\ttwo\x00three", "one two three"),
        ("broken \ud83d half", "broken half"),
        ("", ""),
    ],
)
def test_examples(text, expected):
    assert clean(text) == expected


def test_strip_invisible_keeps_emoji():
    assert strip_invisible("@ada 😡\x1b[1m\u200b") == "@ada 😡 "
