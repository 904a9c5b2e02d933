"""nlp.text.duplicates: families ignore links, accounts, hashtags, case and punctuation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.duplicates import MIN_BARE_WORDS, fold
from tests.nlp.factories import plain_words, texts

sentences = st.lists(plain_words, min_size=MIN_BARE_WORDS, max_size=12)


def family_key(text):
    return fold(text).key


@given(texts)
def test_a_key_is_32_hex_digits(text):
    assert len(bytes.fromhex(family_key(text))) == 16


@settings(max_examples=40)
@given(sentences)
def test_links_accounts_hashtags_and_punctuation_make_no_new_family(words):
    text = " ".join(words)
    text_with_additions = f"@ada {' ... '.join(words)}!!! https://x.example/1 #tag"
    assert family_key(text_with_additions) == family_key(text)


@settings(max_examples=40)
@given(sentences)
def test_a_repost_is_of_the_family_of_its_original(words):
    text = " ".join(words)
    assert family_key(f"RT @ada: {text}") == family_key(text)


@settings(max_examples=40)
@given(sentences, plain_words)
def test_additional_word_makes_another_family(words, word):
    assert family_key(" ".join([*words, word])) != family_key(" ".join(words))


def test_case_makes_no_new_family():
    text = "The Battery is on FIRE"
    assert family_key(text) == family_key(text.lower()) == family_key(text.upper())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("love it #acme", "love it #other"),
        ("@ada thanks", "@bob thanks"),
        ("https://x.example/1", "https://x.example/2"),
        ("!!!", "???"),
    ],
)
def test_short_texts_keep_all_their_words(one, other):
    assert family_key(one) != family_key(other)
    assert family_key(one) == family_key(one.upper())


def test_rt_without_an_account_is_a_word():
    assert family_key("RT is my radio station") != family_key("is my radio station")
